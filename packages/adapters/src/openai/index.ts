export type { OpenAiOptions } from "./openai.ts";
export { openai } from "./openai.ts";
