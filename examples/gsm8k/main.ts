// Scores every recorded model on every row, then lets compile choose one on val and test it against the first.
// npm start -- [--data FILE] [--rows FILE] [--live]
/* oxlint-disable no-console -- an app may print */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { CultivarError, compile, evaluate, isCultivarError, memoryCache, messageOf, noDemos } from "@cultivar/core";
import { jsonl, writeFileAtomically } from "@cultivar/core/node";
import { sameNumber, solve, toExample } from "./program.ts";
import { targetOver } from "./target.ts";

const percent = (share = Number.NaN) => `${(100 * share).toFixed(1)}%`;
/** What all models together may cost on all rows, live; compile then finds its answers in the cache. */
const allRowsUsd = 4;
const compileUsd = 1;

function options(): { data?: string; rows?: string; live?: boolean } {
  const known = { data: { type: "string" }, rows: { type: "string" }, live: { type: "boolean" } } as const;
  try {
    return parseArgs({ options: known }).values;
  } catch (cause) {
    const what = `expected [--data FILE] [--rows FILE] [--live], got: ${messageOf(cause)}`;
    throw new CultivarError("config", `gsm8k: ${what}; correct the arguments`, { cause });
  }
}

async function main(): Promise<void> {
  const { data: file, rows: rowsFile, live } = options();
  const data = await jsonl(file === undefined ? new URL("questions.jsonl", import.meta.url) : resolve(file), toExample);
  const target = await targetOver(data, live);
  const { models } = target;
  const names = Object.keys(models.choices ?? {});
  const cache = memoryCache();
  console.log(
    `${data.length} problems, ${names.length} ${live === true ? "live" : "recorded"} models, right final numbers:`,
  );
  const verdicts: string[] = [];
  for (const model of names) {
    const candidate = { "solve.instructions": solve.signature.instructions, "solve.demos": noDemos, model };
    const budget = { usd: allRowsUsd / names.length };
    const over = { data, metric: sameNumber, concurrency: 64, budget, cache };
    const { rows, score, unscored } = await evaluate(solve, { models, candidate, ...over });
    rows.forEach((row, index) => verdicts.push(`${JSON.stringify({ index, model, correct: row.score === 1 })}\n`));
    const lost = unscored === 0 ? "" : `, ${unscored} unscored`;
    console.log(`  ${model.padEnd(20)} ${percent(score.mean)} ± ${percent(score.standardError)} (n=${score.n}${lost})`);
  }
  if (rowsFile !== undefined) await writeFileAtomically(resolve(rowsFile), verdicts.join(""));

  const budget = { ...target.budget, usd: compileUsd };
  const { candidate, improved, val, test } = await compile(solve, { ...target, budget, cache });
  console.log(
    `${improved ? "chosen" : "kept"} on val (n=${val.best.n}): ${candidate["model"]}, ${percent(val.best.mean)} against ${percent(val.baseline.mean)} of ${names[0]}`,
  );
  if (test === undefined) return;
  const { baseline, best, difference, fixed, broken } = test;
  console.log(
    `on test (n=${difference.n}): ${percent(baseline.mean)} -> ${percent(best.mean)}, paired difference ${percent(difference.mean)} ± ${percent(difference.standardError)}; ${fixed.length} wrong -> right, ${broken.length} right -> wrong`,
  );
}

await main().catch((error: unknown) => {
  if (!isCultivarError(error)) throw error;
  console.error(`error (${error.code})  ${error.message}`);
  process.exitCode = 1;
});
