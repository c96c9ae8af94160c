export type { HashedNgramsOptions } from "./hashed-ngrams.ts";
export { hashedNgrams } from "./hashed-ngrams.ts";
export type { EmbedderOptions } from "./openai-compatible-embedder.ts";
export { openaiCompatibleEmbedder } from "./openai-compatible-embedder.ts";
