import { testOptimizer } from "@cultivar/core/testing";
import { describe, test } from "vitest";
import { bootstrap } from "./bootstrap/bootstrap.ts";
import { labeledFewShot } from "./labeled-few-shot/labeled-few-shot.ts";
import { randomSearch } from "./random-search/random-search.ts";
import { sequence } from "./sequence/sequence.ts";

describe("the optimizers keep the contract", () => {
  testOptimizer({ test }, "labeledFewShot", { make: () => labeledFewShot() });
  testOptimizer({ test }, "bootstrap", { make: () => bootstrap() });
  testOptimizer({ test }, "randomSearch", { make: () => randomSearch() });
  testOptimizer({ test }, "sequence", {
    make: () => sequence(labeledFewShot(), bootstrap(), randomSearch({ candidates: 4 })),
  });
});
