export type { AiSdkModel } from "./ai-sdk-types.ts";
export type { FromAiSdkOptions } from "./from-ai-sdk.ts";
export { fromAiSdk } from "./from-ai-sdk.ts";
