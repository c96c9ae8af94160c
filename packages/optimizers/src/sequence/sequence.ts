import type { Candidate, Optimizer, Space, Study } from "@cultivar/core";
import { CultivarError } from "@cultivar/core";

/**
 * Runs optimizers one after another in one run and under one budget, each from the best candidate so far: what a stage
 * sees as `baseline` (and as initial values) is the incumbent when it starts. Throws a `config` error without stages.
 * Source: the composition of BetterTogether (Soylu et al., 2024), as a combinator.
 */
export function sequence(...stages: readonly Optimizer[]): Optimizer {
  if (stages.length === 0) throw new CultivarError("config", "sequence: expected at least one optimizer, got none");
  return {
    name: `sequence(${stages.map(({ name }) => name).join(", ")})`,
    options: stages.map(({ name, options }) => ({ name, options: options ?? null })),
    async run(study) {
      for (const [index, stage] of stages.entries()) await stage.run(startingAt(study, study.best().candidate, index));
    },
  };
}

/**
 * `study` as a stage sees it: another baseline, and streams of its own, so that equal stages draw differently. A study
 * is a plain object of closures: a copy keeps everything else, also what core's own tools look up in it.
 */
function startingAt(study: Study, baseline: Candidate, index: number): Study {
  return {
    ...study,
    space: withInitial(study.space, baseline),
    baseline,
    rng: (label) => study.rng(`${index}/${label}`),
  };
}

/** The space with `candidate` as the initial values. */
function withInitial(space: Space, candidate: Candidate): Space {
  return Object.fromEntries(Object.entries(space).map(([id, spec]) => [id, { ...spec, initial: candidate[id]! }]));
}
