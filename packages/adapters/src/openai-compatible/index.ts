export type { OpenAiCompatibleOptions } from "./openai-compatible.ts";
export { openaiCompatible } from "./openai-compatible.ts";
