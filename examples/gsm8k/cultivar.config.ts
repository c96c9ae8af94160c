import { jsonl } from "@cultivar/core/node";
import { defineConfig } from "cultivar";
import { solve, toExample } from "./program.ts";
import { targetOver } from "./target.ts";

const rows = await jsonl(new URL("questions.jsonl", import.meta.url), toExample);

export default defineConfig({ targets: { solve: { program: solve, ...(await targetOver(rows)) } } });
