import { CultivarError } from "../ground/errors.ts";
import type { Candidate, ComponentId, Space } from "../values/component.ts";
import { candidateHash, checkCandidate } from "../values/component.ts";
import type { ExampleId } from "../values/example.ts";
import type { LeakGuard } from "./leak-guard.ts";
import type { Ask } from "./optimizer.ts";
import { rowKey } from "./observe.ts";

/** Equal requests within one observation take sample indexes in steps of this: more samples would meet them. */
const samplesPerRow = 1000;

/** One ask as it was admitted. */
export interface Admitted {
  readonly candidate: Candidate;
  readonly hash: string;
  readonly sample: number;
  /** Keys of the observations that are new to whoever asks. */
  readonly fresh: readonly string[];
  /** The component whose proposed text repeats words of a train row, if one does. */
  readonly copiesTrain: ComponentId | undefined;
}

/** Checks asks, and counts evaluations: one per observation, admitted whole, never more than there are. */
export interface Admission {
  /** Observation -> the tick of the commit that charged it (0 outside `inOrder`), in logical order. */
  readonly charged: ReadonlyMap<string, number>;
  /** Throws `candidate`, `data` and `config` errors for an ask that cannot be; `isNew` tells which observations are. */
  inspect(ask: Ask, isNew: (key: string) => boolean): Admitted;
  fits(count: number): boolean;
  charge(keys: readonly string[], tick: number): void;
  /** For an ask that a physical end cut short: it counts for nothing, so that a replay may refuse it whole. */
  uncharge(keys: readonly string[]): void;
  /** Sets `cost` evaluations apart; false when they do not fit. */
  reserve(cost: number): boolean;
  refund(cost: number): void;
  /** What is left with all that is set apart. */
  remaining(): number;
  /** What is left by the charges alone. */
  uncharged(): number;
}

export interface AdmissionOptions {
  readonly space: Space;
  readonly train: ReadonlySet<ExampleId>;
  readonly val: ReadonlySet<ExampleId>;
  readonly evaluations: number;
  readonly guard: LeakGuard;
}

export function admission(options: AdmissionOptions): Admission {
  const { space, evaluations, guard } = options;
  const charged = new Map<string, number>();
  let reserved = 0;
  const remaining = (): number => evaluations - charged.size - reserved;
  const fits = (count: number): boolean => count <= remaining();
  return {
    charged,
    inspect(ask, isNew) {
      const where = `evaluate(${ask.split})`;
      if (ask.split !== "train" && ask.split !== "val")
        throw new CultivarError("data", `${where}: split must be "train" or "val"; test is opened by the report alone`);
      const candidate = checkCandidate(space, ask.candidate, where);
      const { leak, copiesTrain } = guard.check(candidate);
      if (leak !== undefined) throw new CultivarError("candidate", `${where}: ${leak}`);
      const stranger = ask.ids.find((id) => !options[ask.split].has(id));
      if (stranger !== undefined)
        throw new CultivarError("data", `${where}: ${stranger} is no ${ask.split} row of this run`);
      const sample = ask.sample ?? 0;
      if (!Number.isInteger(sample) || sample < 0 || sample >= samplesPerRow)
        throw new CultivarError(
          "config",
          `${where}: sample must be a whole number from 0 to ${samplesPerRow - 1}, got ${sample}`,
        );
      const hash = candidateHash(candidate);
      const keys = new Set(ask.ids.map((id) => rowKey({ hash, split: ask.split, id, sample })));
      return { candidate, hash, sample, fresh: [...keys].filter(isNew), copiesTrain };
    },
    fits,
    charge(keys, tick) {
      for (const key of keys) charged.set(key, tick);
    },
    uncharge(keys) {
      for (const key of keys) charged.delete(key);
    },
    reserve(cost) {
      if (!fits(cost)) return false;
      reserved += cost;
      return true;
    },
    refund: (cost) => void (reserved -= cost),
    remaining,
    uncharged: () => evaluations - charged.size,
  };
}
