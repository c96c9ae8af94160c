export { readTextFile, writeFileAtomically } from "./atomic-file.ts";
export type { RowMap } from "./datasets.ts";
export { csv, json, jsonl, jsonlRows } from "./datasets.ts";
export type { FileJournalOptions } from "./file-journal.ts";
export { fileJournalStore } from "./file-journal.ts";
export type { SqliteCacheOptions } from "./sqlite-cache.ts";
export { sqliteCache } from "./sqlite-cache.ts";
