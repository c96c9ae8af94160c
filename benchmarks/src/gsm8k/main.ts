import { parseArgs } from "node:util";
import { estimate, messageOf, version } from "@cultivar/core";
import { parseWhole } from "../flags.ts";
import { checkWritable, writeJson } from "../out-file.ts";
import { agreements } from "./agreement.ts";
import type { Verdicts } from "./graders.ts";
import { graders, verdictsOf } from "./graders.ts";
import { choices, chosenModel, closestPair, compiledModel, rules, shuffled } from "./model-choice.ts";
import { printed } from "./print.ts";
import { defaultPath, modelsOf, readRecorded } from "./recorded.ts";

const usage = `npm run bench:gsm8k -- [options]
  --data FILE   JSON lines { question, answer, solutions: { model: text } }; default beside the checkout
  --seeds N     splits to draw, from seed 0; default 200
  --json        one JSON object on stdout
  --out FILE    also writes that object
`;
const valSizes = [10, 25, 50, 100, 200, 400];
/** Seeds whose choices are made by `compile`, too. */
const confirmedSeeds = 5;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: "string", default: defaultPath },
      seeds: { type: "string", default: "200" },
      json: { type: "boolean", default: false },
      out: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const seeds = parseWhole("seeds", values.seeds, 2);
  checkWritable(values.out);
  const rows = readRecorded(values.data);
  if (rows === undefined) {
    const skipped = "there is no file of recorded solutions: give one with --data FILE";
    if (values.json) process.stdout.write(`${JSON.stringify({ skipped })}\n`);
    process.stderr.write(`gsm8k: skipped, ${skipped}\n`);
    return;
  }
  const byGrader: Record<string, Verdicts> = {};
  for (const [name, grader] of Object.entries(graders)) byGrader[name] = await verdictsOf(rows, grader);
  const [own] = Object.values(byGrader);
  const models = modelsOf(rows);
  const pools = [models, closestPair(own!)];
  const sizes = valSizes.filter((size) => size < rows.length / 2);
  const result = {
    command: `npm run bench:gsm8k -- --seeds ${seeds}`,
    node: process.version,
    core: version,
    seeds: `0..${seeds - 1}`,
    rows: rows.length,
    accuracy: Object.fromEntries(
      Object.entries(byGrader).map(([name, verdicts]) => [
        name,
        Object.fromEntries(models.map((model) => [model, estimate(verdicts[model]!)])),
      ]),
    ),
    choices: pools.flatMap((pool) => sizes.flatMap((size) => choices(own!, pool, size, seeds))),
    confirmed: await confirmed(own!, sizes.length === 0 ? 0 : Math.min(seeds, confirmedSeeds)),
    agreements: agreements(byGrader),
  };
  writeJson(values.out, result);
  process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : printed(result));

  /** Makes some of the choices by core's `compile`; throws when one differs from the rule's. */
  async function confirmed(verdicts: Verdicts, count: number): Promise<number> {
    let made = 0;
    for (let seed = 0; seed < count; seed++)
      for (const gate of rules)
        for (const baseline of models) {
          const val = shuffled(rows!.length, seed).slice(0, Math.min(sizes.at(-1)!, 50));
          const wanted = chosenModel(verdicts, models, baseline, val, gate);
          const got = await compiledModel(rows!, models, baseline, val, gate);
          if (got !== wanted)
            throw new Error(
              `gsm8k: seed ${seed}, ${gate.name} from ${baseline}: compile chose ${got}, the rule ${wanted}`,
            );
          made += 1;
        }
    return made;
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`gsm8k: ${messageOf(error)}\n`);
  process.exitCode = 2;
});
