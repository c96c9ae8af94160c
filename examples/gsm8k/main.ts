// Scores every recorded model on every row, then lets compile choose one on val and test it against the first.
// npm start -- [--data FILE] [--rows FILE] [--live]
/* oxlint-disable no-console -- an app may print */
import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { compile, evaluate, noDemos } from "@cultivar/core";
import { jsonl } from "@cultivar/core/node";
import { sameNumber, solve, toExample } from "./program.ts";
import { targetOver } from "./target.ts";

const { values } = parseArgs({
  options: { data: { type: "string" }, rows: { type: "string" }, live: { type: "boolean" } },
});
const data = await jsonl(
  values.data === undefined ? new URL("questions.jsonl", import.meta.url) : resolve(values.data),
  toExample,
);
const target = await targetOver(data);
const { models } = target;
const names = Object.keys(models.choices ?? {});
const percent = (share = Number.NaN) => `${(100 * share).toFixed(1)}%`;

console.log(
  `${data.length} problems, ${names.length} ${values.live === true ? "live" : "recorded"} models, right final numbers:`,
);
const out = values.rows === undefined ? undefined : createWriteStream(resolve(values.rows));
for (const model of names) {
  const candidate = { "solve.instructions": solve.signature.instructions, "solve.demos": noDemos, model };
  const { rows, score, unscored } = await evaluate(solve, {
    models,
    candidate,
    data,
    metric: sameNumber,
    concurrency: 64,
  });
  rows.forEach((row, index) => out?.write(`${JSON.stringify({ index, model, correct: row.score === 1 })}\n`));
  const lost = unscored === 0 ? "" : `, ${unscored} unscored`;
  console.log(`  ${model.padEnd(20)} ${percent(score.mean)} ± ${percent(score.standardError)} (n=${score.n}${lost})`);
}
if (out !== undefined) await finished(out.end());

const { candidate, improved, val, test } = await compile(solve, target);
console.log(
  `${improved ? "chosen" : "kept"} on val (n=${val.best.n}): ${candidate["model"]}, ${percent(val.best.mean)} against ${percent(val.baseline.mean)} of ${names[0]}`,
);
if (test !== undefined) {
  const { baseline, best, difference, fixed, broken } = test;
  console.log(
    `on test (n=${difference.n}): ${percent(baseline.mean)} -> ${percent(best.mean)}, paired difference ${percent(difference.mean)} ± ${percent(difference.standardError)}; ${fixed.length} wrong -> right, ${broken.length} right -> wrong`,
  );
}
