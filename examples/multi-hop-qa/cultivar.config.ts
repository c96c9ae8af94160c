import { split } from "@cultivar/core";
import { jsonl } from "@cultivar/core/node";
import { randomSearch } from "@cultivar/optimizers";
import { defineConfig } from "cultivar";
import { guidelines } from "./guidelines.ts";
import { chooseModels } from "./models.ts";
import { archive, sameAnswer, toExample } from "./program.ts";

const rows = await jsonl(new URL("questions.jsonl", import.meta.url), toExample);

export default defineConfig({
  targets: {
    archive: {
      program: archive,
      metric: sameAnswer,
      data: split(rows, { train: 100, val: 100, test: 200 }, { seed: 0 }),
      optimizer: randomSearch({ candidates: 12, instructions: guidelines }),
      models: chooseModels(),
      budget: { evaluations: 2000, usd: 5 },
    },
  },
});
