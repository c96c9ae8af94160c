export type { RecordedOptions } from "./recorded.ts";
export { recorded } from "./recorded.ts";
