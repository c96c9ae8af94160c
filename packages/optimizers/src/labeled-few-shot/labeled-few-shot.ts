import type { Optimizer } from "@cultivar/core";
import { candidateHash } from "@cultivar/core";
import { labelledPools, withDemos } from "../demos/labelled-demos.ts";
import { wholeNumber } from "../demos/limits.ts";

export interface LabeledFewShotOptions {
  /** Demos per module, at most; a whole number from 1. Default 16. */
  readonly k?: number;
}

/**
 * Shows `min(k, n)` labelled train rows to each module whose signature they fit, drawn by seed, and scores that once on
 * all of val. Replaces the demos that are there. No other LM call.
 * Source: `LabeledFewShot` of DSPy (Khattab et al., 2023). Differs: every module draws from the whole pool by a stream
 * of its own, only rows whose `expected` fits the module are used, and the seed is the run's.
 * Throws `config` errors for a `k` out of range.
 */
export function labeledFewShot(options: LabeledFewShotOptions = {}): Optimizer {
  const k = wholeNumber("labeledFewShot", "k", options.k ?? 16, 1);
  return {
    name: "labeledFewShot",
    options: { k },
    async run(study) {
      const pools = labelledPools(study);
      const candidate = withDemos(study, study.baseline, { pools, most: k, label: "labeledFewShot" });
      if (candidateHash(candidate) === candidateHash(study.baseline)) {
        study.note({
          type: "remark",
          text: "labeledFewShot: no train row's `expected` fits the output of a module that shows demos; nothing was tried",
        });
        return;
      }
      study.note({
        type: "proposal",
        candidate,
        parents: [study.baseline],
        why: `labelled demos, at most ${k} per module`,
      });
      await study.evaluate({ candidate, split: "val", ids: study.val });
    },
  };
}
