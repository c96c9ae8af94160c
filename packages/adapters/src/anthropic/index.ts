export type { AnthropicOptions } from "./anthropic.ts";
export { anthropic } from "./anthropic.ts";
