import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { version } from "@cultivar/core";
import { chaos } from "./chaos.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "50" },
    seed: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
    out: { type: "string" },
  },
});

const report = await chaos({
  kills: Number(values.kills),
  seed: Number(values.seed),
  cutBytes: 2048,
  onProgress: (text) => void process.stderr.write(`${text}\n`),
});
const command = `npm run test:chaos -- --kills ${values.kills} --seed ${values.seed}`;
const result = { command, node: process.version, core: version, simulated: true, ...report };
if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(result, undefined, 2)}\n`);
if (values.json) {
  process.stdout.write(`${JSON.stringify(result)}\n`);
} else {
  const { violations, ...figures } = result;
  for (const [name, value] of Object.entries(figures))
    process.stdout.write(`${name.padEnd(18)} ${Array.isArray(value) ? value.join(" to ") : String(value)}\n`);
  process.stdout.write(`${"violations".padEnd(18)} ${violations.length}\n`);
  for (const violation of violations) process.stdout.write(`  ${violation}\n`);
}
process.exitCode = report.violations.length === 0 ? 0 : 1;
