import { testOptimizer } from "@cultivar/core/testing";
import { describe, test } from "vitest";
import { bootstrap } from "./bootstrap/bootstrap.ts";
import { copro } from "./copro/copro.ts";
import { crossover } from "./gepa/crossover.ts";
import { gepa, published, tuned } from "./gepa/gepa.ts";
import { wholeText } from "./gepa/rewrite.ts";
import { knnFewShot } from "./knn-few-shot/knn-few-shot.ts";
import { labeledFewShot } from "./labeled-few-shot/labeled-few-shot.ts";
import { mipro } from "./mipro/mipro.ts";
import { fullRows } from "./mipro/rows.ts";
import { randomSearch } from "./random-search/random-search.ts";
import { gaussianProcess } from "./samplers/gaussian-process.ts";
import { uniform } from "./samplers/uniform.ts";
import { sequence } from "./sequence/sequence.ts";

describe("the optimizers keep the contract", () => {
  testOptimizer({ test }, "labeledFewShot", { make: () => labeledFewShot() });
  testOptimizer({ test }, "bootstrap", { make: () => bootstrap() });
  testOptimizer({ test }, "copro", { make: () => copro() });
  testOptimizer({ test }, "copro by scores alone", {
    make: () => copro({ looked: 0 }),
    skip: [{ reason: "rows are shown in the summary alone", tests: ["takes seed 0 for a seed"] }],
  });
  testOptimizer({ test }, "gepa", { make: () => gepa() });
  testOptimizer({ test }, "gepa of width 4", { make: () => gepa({ width: 4 }) });
  testOptimizer({ test }, "gepa with hygiene, a memory and crossover, of width 4", {
    make: () => gepa({ rewrite: wholeText(), moves: [...tuned.moves, crossover()], width: 4 }),
  });
  testOptimizer({ test }, "gepa as published", { make: () => gepa(published) });
  testOptimizer({ test }, "gepa as published, of width 4", { make: () => gepa({ ...published, width: 4 }) });
  testOptimizer({ test }, "knnFewShot", {
    make: () => knnFewShot(),
    skip: [{ reason: "it takes every row: there is nothing to draw", tests: ["takes seed 0 for a seed"] }],
  });
  testOptimizer({ test }, "knnFewShot of a drawn pool", { make: () => knnFewShot({ embedder: "toy", maxPool: 16 }) });
  testOptimizer({ test }, "mipro", { make: () => mipro() });
  testOptimizer({ test }, "mipro of width 4", { make: () => mipro({ width: 4 }) });
  testOptimizer({ test }, "mipro by a Gaussian process", { make: () => mipro({ sampler: gaussianProcess() }) });
  testOptimizer({ test }, "mipro by vectors", {
    make: () => mipro({ sampler: gaussianProcess(), embedder: "toy" }),
  });
  testOptimizer({ test }, "mipro by random search", { make: () => mipro({ sampler: uniform, rows: fullRows }) });
  testOptimizer({ test }, "randomSearch", { make: () => randomSearch() });
  testOptimizer({ test }, "sequence", {
    make: () => sequence(labeledFewShot(), bootstrap(), randomSearch({ candidates: 4 })),
  });
});
