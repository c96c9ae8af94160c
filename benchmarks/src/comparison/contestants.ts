import type { Candidate, Gate, Optimizer } from "@cultivar/core";
import { bootstrap, gepa, labeledFewShot, published, randomSearch } from "@cultivar/optimizers";
import type { Arena } from "./arena.ts";

/** An optimizer as it enters the comparison, made for a world. */
export type Contestant = (arena: Arena) => {
  readonly optimizer: Optimizer;
  /** Default: the product's own. */
  readonly gate?: Gate;
};

/** Gives back the baseline: nothing that an optimizer does should be worth less. */
const nothing: Optimizer = { name: "null", run: () => Promise.resolve() };

/** Knows the answer: proposes one candidate. What no optimizer can beat. */
function oracle(optimum: Candidate): Optimizer {
  return {
    name: "oracle",
    async run(study) {
      study.note({ type: "proposal", candidate: optimum, parents: [study.baseline], why: "the world's own optimum" });
      await study.evaluate({ candidate: optimum, split: "val", ids: study.val });
    },
  };
}

/** More candidates than any budget pays for: random search uses all of it. */
const unbounded = 10_000;

/** The optimizers of the comparison by name. To add one: one entry. */
export const contestants: Readonly<Record<string, Contestant>> = {
  null: () => ({ optimizer: nothing }),
  oracle: ({ optimum }) => ({ optimizer: oracle(optimum), gate: { name: "always", passes: () => true } }),
  labeledFewShot: () => ({ optimizer: labeledFewShot() }),
  bootstrap: () => ({ optimizer: bootstrap() }),
  randomSearch: () => ({ optimizer: randomSearch({ candidates: unbounded }) }),
  "gepa (published)": () => ({ optimizer: gepa(published) }),
};

/** The bounds of every table: what they give is known beforehand. */
export const bounds: readonly string[] = ["null", "oracle"];
