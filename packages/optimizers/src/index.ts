export type { BootstrapOptions } from "./bootstrap/bootstrap.ts";
export { bootstrap } from "./bootstrap/bootstrap.ts";
export type { LabeledFewShotOptions } from "./labeled-few-shot/labeled-few-shot.ts";
export { labeledFewShot } from "./labeled-few-shot/labeled-few-shot.ts";
export type { InstructionChoices } from "./random-search/draws.ts";
export type { RandomSearchOptions } from "./random-search/random-search.ts";
export { randomSearch } from "./random-search/random-search.ts";
export { sequence } from "./sequence/sequence.ts";
