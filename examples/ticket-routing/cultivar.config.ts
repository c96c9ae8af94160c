import { split } from "@cultivar/core";
import { jsonl } from "@cultivar/core/node";
import { randomSearch } from "@cultivar/optimizers";
import { defineConfig } from "cultivar";
import { chooseModels } from "./models.ts";
import { routedWell, routeTicket, toExample } from "./program.ts";

const rows = await jsonl(new URL("tickets.jsonl", import.meta.url), toExample);

export default defineConfig({
  targets: {
    routeTicket: {
      program: routeTicket,
      metric: routedWell,
      data: split(rows, { train: 100, val: 100, test: 200 }, { seed: 0 }),
      optimizer: randomSearch({ candidates: 8 }),
      models: chooseModels(),
      budget: { evaluations: 1400, usd: 5 },
    },
  },
});
