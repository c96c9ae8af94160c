import { parseArgs } from "node:util";
import { messageOf, version } from "@cultivar/core";
import { parseWhole } from "../flags.ts";
import { checkWritable, writeJson } from "../out-file.ts";
import { chaos } from "./chaos.ts";

const usage = `npm run test:chaos -- [flags]: a compile killed with SIGKILL at random moments, against an uninterrupted one
  --kills N    default 50
  --seed N     of the moments; default 1
  --json       one JSON object on stdout
  --out FILE   writes that object too
`;

/** Returns the exit code: 1 when something was violated. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      kills: { type: "string", default: "50" },
      seed: { type: "string", default: "1" },
      json: { type: "boolean", default: false },
      out: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  checkWritable(values.out);
  const [kills, seed] = [parseWhole("kills", values.kills), parseWhole("seed", values.seed, 0)];
  const report = await chaos({
    kills,
    seed,
    cutBytes: 2048,
    onProgress: (text) => void process.stderr.write(`${text}\n`),
  });
  const command = `npm run test:chaos -- --kills ${kills} --seed ${seed}`;
  const result = { command, node: process.version, core: version, simulated: true, ...report };
  writeJson(values.out, result);
  process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : printed(result));
  return report.violations.length === 0 ? 0 : 1;
}

function printed({ violations, ...figures }: Awaited<ReturnType<typeof chaos>>): string {
  const lines = Object.entries(figures).map(
    ([name, value]) => `${name.padEnd(18)} ${Array.isArray(value) ? value.join(" to ") : String(value)}`,
  );
  const list = violations.map((violation) => `  ${violation}`);
  return [...lines, `${"violations".padEnd(18)} ${violations.length}`, ...list, ""].join("\n");
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`chaos: ${messageOf(error)}\n`);
    process.exitCode = 2;
  },
);
