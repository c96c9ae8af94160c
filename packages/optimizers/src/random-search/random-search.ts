import type { Candidate, Example, Optimizer, Study } from "@cultivar/core";
import { candidateHash } from "@cultivar/core";
import type { BootstrapOptions } from "../bootstrap/bootstrap.ts";
import { bootstrapSettings, distinctInputs } from "../bootstrap/bootstrap.ts";
import { passRule } from "../bootstrap/pass-rule.ts";
import { rehearse, teacherOf, tracedDemos } from "../bootstrap/teacher.ts";
import { withoutDemos } from "../demos/demo-components.ts";
import { labelledPools, withDemos } from "../demos/labelled-demos.ts";
import { wholeNumber } from "../demos/limits.ts";
import type { InstructionChoices } from "./draws.ts";
import { checkInstructions, drawChoices, drawSize } from "./draws.ts";

export interface RandomSearchOptions extends BootstrapOptions {
  /** Random candidates, after the three fixed ones. Default 16. */
  readonly candidates?: number;
  /** Instructions to choose among, by component id, beside the present ones. */
  readonly instructions?: InstructionChoices;
}

/** A way to make a candidate. A random one gives another candidate on each attempt, from 0. */
interface Draw {
  readonly why: string;
  readonly attempts: number;
  make(attempt: number): Promise<Candidate>;
}

/** Equal draws in a row after which a space counts as exhausted. */
const attemptsPerDraw = 8;

/**
 * Tries no demos, labelled demos, one bootstrap in train order, then `candidates` random ones: shuffled train rows, a
 * uniform number of bootstrapped demos from 1 to `maxBootstrapped`, and uniform values for given instructions and for
 * every choice in the space. Each distinct candidate is scored on all of val; a repeat costs nothing and is drawn again.
 * Source: `BootstrapFewShotWithRandomSearch` of DSPy (Khattab et al., 2023). Differs: choices and instructions are drawn
 * too; one teacher with the baseline's texts serves all bootstraps, so that no train row is run twice.
 * Costs at most `(3 + candidates) * val + maxRounds * train` evaluations; stops when a pass over val no longer fits.
 * Throws `config` errors for options out of range and for instructions of unknown components.
 */
export function randomSearch(options: RandomSearchOptions = {}): Optimizer {
  const settings = bootstrapSettings("randomSearch", options);
  const candidates = wholeNumber("randomSearch", "candidates", options.candidates ?? 16, 0);
  const instructions = options.instructions ?? {};
  return {
    name: "randomSearch",
    options: { ...settings, candidates, instructions },
    async run(study) {
      checkInstructions(study.space, instructions);
      const seen = new Set([candidateHash(study.baseline)]);
      for (const draw of drawsOf(study, settings, candidates, instructions)) {
        if (study.remaining() < study.val.length) return;
        const candidate = await freshCandidate(draw, seen);
        if (candidate === undefined) {
          if (draw.attempts === 1) continue;
          study.note({
            type: "remark",
            text: `randomSearch: ended early, ${attemptsPerDraw} draws in a row were repeats`,
          });
          return;
        }
        study.note({ type: "proposal", candidate, parents: [study.baseline], why: draw.why });
        await study.evaluate({ candidate, split: "val", ids: study.val });
      }
    },
  };
}

/** The candidates to try, in order: the three fixed ones, then random ones. */
function drawsOf(
  study: Study,
  { maxBootstrapped, maxLabeled, maxRounds, threshold }: ReturnType<typeof bootstrapSettings>,
  candidates: number,
  instructions: InstructionChoices,
): readonly Draw[] {
  const { space, baseline } = study;
  const passes = passRule("randomSearch", study.range, threshold);
  const pools = labelledPools(study);
  const teacher = teacherOf(study, pools, maxLabeled);
  const train = distinctInputs(study.train);
  const bare = withoutDemos(space, baseline);
  const bootstrapped = async (
    base: Candidate,
    order: readonly Example[],
    most: number,
    label: string,
  ): Promise<Candidate> => {
    const wanted = pools.size === 0 ? 0 : most;
    const traced = tracedDemos(study, await rehearse({ teacher, order, wanted, maxRounds, passes }));
    return withDemos(study, base, { traced, pools, most: maxLabeled, label });
  };
  const labelled = (): Candidate => withDemos(study, bare, { pools, most: maxLabeled, label: "randomSearch/labels" });
  const random = (_: unknown, index: number): Draw => ({
    why: `random draw ${index + 1}: shuffled train rows, drawn choices`,
    attempts: attemptsPerDraw,
    make: (attempt) => {
      const label = `randomSearch/${index}/${attempt}`;
      const rng = study.rng(label);
      const base = drawChoices(space, bare, instructions, rng);
      const size = drawSize(maxBootstrapped, rng);
      return bootstrapped(base, rng.shuffle(train), size, label);
    },
  });
  return [
    { why: "no demos", attempts: 1, make: () => Promise.resolve(bare) },
    { why: "labelled demos only", attempts: 1, make: () => Promise.resolve(labelled()) },
    {
      why: "bootstrapped demos in train order",
      attempts: 1,
      make: () => bootstrapped(bare, train, maxBootstrapped, "randomSearch/unshuffled"),
    },
    ...Array.from({ length: candidates }, random),
  ];
}

/** The first candidate of a draw that was not tried before; undefined when all its attempts are repeats. */
async function freshCandidate(draw: Draw, seen: Set<string>): Promise<Candidate | undefined> {
  for (let attempt = 0; attempt < draw.attempts; attempt++) {
    const candidate = await draw.make(attempt);
    const hash = candidateHash(candidate);
    if (seen.has(hash)) continue;
    seen.add(hash);
    return candidate;
  }
  return undefined;
}
