import type { Candidate, Gate, Optimizer } from "@cultivar/core";
import type { GepaOptions, Move, Sampler } from "@cultivar/optimizers";
import {
  ablation,
  bootstrap,
  choosing,
  completing,
  confirming,
  copro,
  crossover,
  demonstration,
  failuresFirst,
  fullPass,
  fullRows,
  gaussianProcess,
  gepa,
  halving,
  labeledFewShot,
  merging,
  mipro,
  plainChecks,
  published,
  racing,
  randomSearch,
  thompson,
  tpe,
  tuned,
  uniform,
  wholeText,
} from "@cultivar/optimizers";
import { choicesOf } from "../peers/peer-candidate.ts";
import type { Arena } from "./arena.ts";
import { onGivenChoices } from "./given-choices.ts";
import type { RunSpec } from "./run-record.ts";

/** An optimizer as it enters the comparison, made for a world and, in this process, for a run. */
export type Contestant = (
  arena: Arena,
  spec?: Pick<RunSpec, "seed" | "rows">,
) => {
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
  gepa: () => ({ optimizer: gepa() }),
  mipro: () => ({ optimizer: mipro() }),
};

/** The bounds of every table: what they give is known beforehand. */
export const bounds: readonly string[] = ["null", "oracle"];

/** Published algorithms beside those of the tables; only run by name. */
export const classics: Readonly<Record<string, Contestant>> = {
  copro: () => ({ optimizer: copro() }),
};

/** `mipro()` with another sampler or another rule for rows; only run by name. */
export const searches: Readonly<Record<string, Contestant>> = {
  "mipro: Gaussian process": () => ({ optimizer: mipro({ sampler: gaussianProcess() }) }),
  "mipro: uniform draws": () => ({ optimizer: mipro({ sampler: uniform }) }),
  "mipro: val rows alone": () => ({ optimizer: mipro({ rows: halving({ failures: 0 }) }) }),
  "mipro: one round": () => ({ optimizer: mipro({ rounds: 1 }) }),
  "mipro: random search in one round": () => ({ optimizer: mipro({ rounds: 1, sampler: uniform, rows: fullRows }) }),
  "mipro: random search": () => ({ optimizer: mipro({ sampler: uniform, rows: fullRows }) }),
};

/** A sampler among the values that Optuna is given as a peer: the same for the same seed. */
const given =
  (sampler: Sampler): Contestant =>
  (arena, spec) => {
    if (spec === undefined)
      throw new Error("given choices: drawn for a seed; run it by npm run bench, not over the server");
    const { seed, rows } = spec;
    return { optimizer: onGivenChoices(sampler, choicesOf(arena, arena.draw(seed, rows).train, seed)) };
  };

/** The bare search, without proposals; only run by name. */
export const samplersAlone: Readonly<Record<string, Contestant>> = {
  "given choices: TPE": given(tpe()),
  "given choices: uniform draws": given(uniform),
};

const without = (kind: string): readonly Move[] => tuned.moves.filter(({ name }) => !name.startsWith(kind));
const changed =
  (changes: GepaOptions): Contestant =>
  () => ({ optimizer: gepa(changes) });

/** `gepa()` with parts taken away, put back to what was published, or added; only run by name. */
export const ablations: Readonly<Record<string, Contestant>> = {
  "gepa: batches as published": changed({ batches: published.batches }),
  "gepa: large batches only": changed({ batches: failuresFirst({ scales: [1] }) }),
  "gepa: no guards": changed({ batches: failuresFirst({ guards: 0 }) }),
  "gepa: with a second look at rows that were right": changed({ batches: failuresFirst({ again: true }) }),
  "gepa: full passes over val": changed({ validation: fullPass }),
  "gepa: Pareto parents": changed({ parents: published.parents }),
  "gepa: components in turn": changed({ components: published.components }),
  "gepa: with merges": changed({ moves: [...tuned.moves, merging(5)] }),
  "gepa: stepping stones finished": changed({ validation: racing({ sure: 1 }), moves: without("completing") }),
  "gepa: no demos": changed({ moves: without("demonstration") }),
  "gepa: no choices": changed({ moves: without("choosing") }),
  "gepa: texts alone": changed({ moves: [completing(1)] }),
  "gepa: winner seen once": changed({ confirmation: confirming({ observations: 1 }) }),
  "gepa: with hygiene": changed({ rewrite: wholeText({ memory: 0 }) }),
  "gepa: asked once more": changed({ rewrite: wholeText({ checks: plainChecks, retries: 1, memory: 0 }) }),
  "gepa: few parts": changed({
    parents: published.parents,
    components: published.components,
    validation: fullPass,
    batches: failuresFirst({ guards: 0 }),
    moves: [demonstration({ parents: published.parents }), choosing({ parents: published.parents })],
  }),
  "gepa: with hygiene and memory of refusals": changed({ rewrite: wholeText() }),
  "gepa: with crossover": changed({ moves: [...tuned.moves, crossover()] }),
  "gepa: with ablation of lines": changed({ moves: [...tuned.moves, ablation({ parents: thompson })] }),
};

/** Everyone who may be named. */
export const everyone: Readonly<Record<string, Contestant>> = {
  ...contestants,
  ...classics,
  ...searches,
  ...samplersAlone,
  ...ablations,
};
