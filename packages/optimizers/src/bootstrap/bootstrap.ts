import type { Example, Optimizer } from "@cultivar/core";
import { candidateHash, inputHash } from "@cultivar/core";
import { labelledPools, withDemos } from "../demos/labelled-demos.ts";
import { wholeNumber } from "../demos/limits.ts";
import { passRule } from "./pass-rule.ts";
import { rehearse, teacherOf, tracedDemos } from "./teacher.ts";

export interface BootstrapOptions {
  /** Demos taken from runs, per module, at most. Default 4. */
  readonly maxBootstrapped?: number;
  /** Labelled demos fill each set up to this many in all; also what the teacher is shown. Default 16. */
  readonly maxLabeled?: number;
  /** Replies tried per train row, from 1, before going on to the next. Default 1. */
  readonly maxRounds?: number;
  /** Score from which a run becomes a demo. Default: the best of the metric's range; lower it for graded metrics. */
  readonly threshold?: number;
}

/** The options with their defaults, checked. */
export interface BootstrapSettings {
  readonly maxBootstrapped: number;
  readonly maxLabeled: number;
  readonly maxRounds: number;
  readonly threshold?: number;
}

export function bootstrapSettings(where: string, options: BootstrapOptions): BootstrapSettings {
  return {
    maxBootstrapped: wholeNumber(where, "maxBootstrapped", options.maxBootstrapped ?? 4, 0),
    maxLabeled: wholeNumber(where, "maxLabeled", options.maxLabeled ?? 16, 0),
    maxRounds: wholeNumber(where, "maxRounds", options.maxRounds ?? 1, 1),
    ...(options.threshold !== undefined && { threshold: options.threshold }),
  };
}

/**
 * Runs the program on train rows, keeps runs that score well, and shows each module its own part of them as demos.
 * Source: `BootstrapFewShot` of DSPy (Khattab et al., 2023, "DSPy: Compiling Declarative Language Model Calls").
 * Differs: rows are tried in an order drawn by seed; a run passes by threshold, not by truthiness; every module fills up
 * from the whole pool of labels; a further round is another sample, not another temperature; and a wave of rows runs at
 * once without costing more.
 * Costs at most `maxRounds * train` evaluations on train, and always leaves room for its one pass over val.
 * Throws `config` errors for options out of range.
 */
export function bootstrap(options: BootstrapOptions = {}): Optimizer {
  const settings = bootstrapSettings("bootstrap", options);
  const { maxBootstrapped, maxLabeled, maxRounds, threshold } = settings;
  return {
    name: "bootstrap",
    options: settings,
    async run(study) {
      const passes = passRule("bootstrap", study.range, threshold);
      const pools = labelledPools(study);
      const teacher = teacherOf(study, pools, maxLabeled);
      const order = study.rng("bootstrap/order").shuffle(distinctInputs(study.train));
      const wanted = pools.size === 0 ? 0 : maxBootstrapped;
      const passed = await rehearse({ teacher, order, wanted, maxRounds, passes });
      const traced = tracedDemos(study, passed);
      const candidate = withDemos(study, study.baseline, { traced, pools, most: maxLabeled, label: "bootstrap" });
      if (candidateHash(candidate) === candidateHash(study.baseline)) {
        study.note({
          type: "remark",
          text: "bootstrap: no run on train passed and no label fits a module that shows demos; nothing was tried",
        });
        return;
      }
      const why = `demos from ${passed.length} passing runs on train, labelled ones up to ${maxLabeled}`;
      study.note({ type: "proposal", candidate, parents: [study.baseline], why });
      await study.evaluate({ candidate, split: "val", ids: study.val });
    },
  };
}

/** Rows without repeats of an input: a repeat could only give the same demo again. */
export function distinctInputs(examples: readonly Example[]): readonly Example[] {
  const seen = new Set<string>();
  return examples.filter(({ input }) => {
    const hash = inputHash(input);
    if (seen.has(hash)) return false;
    seen.add(hash);
    return true;
  });
}
