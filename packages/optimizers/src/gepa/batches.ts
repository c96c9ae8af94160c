import type { ExampleId, Rng, Row } from "@cultivar/core";
import { CultivarError } from "@cultivar/core";
import { wholeNumber } from "../demos/limits.ts";

/** What a batch is chosen from: the train rows, and what is known of the parent on them. */
export interface Glance {
  readonly ids: readonly ExampleId[];
  readonly step: number;
  /** Names a stream of random numbers. */
  stream(label: string): Rng;
  /** What the parent, or else its nearest ancestor, scored; undefined where none was seen. */
  known(id: ExampleId): number | undefined;
  /** What the parent itself scored; undefined where it was not seen. */
  own(id: ExampleId): number | undefined;
  /** How often a failure on a row was shown to a proposer so far, by any parent. */
  shown(id: ExampleId): number;
  /** Best of the metric's range. */
  readonly top: number;
  /** Runs the parent on rows; those that it was seen on cost nothing. */
  look(ids: readonly ExampleId[]): Promise<readonly Row[]>;
}

/** Train rows of one step. */
export interface Batch {
  /** Of the parent, with traces: what the proposer is shown. */
  readonly rows: readonly Row[];
  /** On which of them the child is tested. */
  readonly test: readonly Row[];
}

/** Chooses the train rows of a step. */
export interface BatchRule {
  /** With its settings: part of the run's fingerprint. */
  readonly name: string;
  /** Rows that it looks at, and that the child is tested on, at most. */
  readonly most: { readonly looked: number; readonly tested: number };
  take(glance: Glance): Promise<Batch>;
}

/**
 * Takes `size` rows at a time from a shuffle that is new in each epoch; the last batch is filled from the shuffle's
 * start. Throws a `config` error unless `size` is a whole number of at least 1.
 */
export function epochs(size: number): BatchRule {
  return {
    name: `epochs(${size})`,
    most: { looked: wholeNumber("gepa", "the size of epochs", size, 1), tested: size },
    take: async ({ ids, step, stream, look }) => {
      const rows = await look(epochRows(size, ids, step, stream));
      return { rows, test: rows };
    },
  };
}

/** The rows of a step of {@link epochs}. Pure: the same step, the same rows. */
export function epochRows(
  size: number,
  ids: readonly ExampleId[],
  step: number,
  stream: (label: string) => Rng,
): readonly ExampleId[] {
  const perEpoch = Math.max(1, Math.ceil(ids.length / size));
  const shuffled = stream(`epoch ${Math.floor(step / perEpoch)}`).shuffle(ids);
  const from = (step % perEpoch) * size;
  const batch = shuffled.slice(from, from + size);
  return [...batch, ...shuffled.slice(0, Math.min(size, ids.length) - batch.length)];
}

export interface FailuresFirstOptions {
  /** Failures of a batch, from 1. Default 12. */
  readonly size?: number;
  /** Rows that are looked at for them at most. Default twice as many. */
  readonly most?: number;
  /** Rows that the parent got right and that the child is tested on too, so that what it breaks is seen. Default half as many. */
  readonly guards?: number;
  /**
   * Scales of which each step draws one, in (0, 1]; the first step takes the first. Large batches find more, small ones
   * change less. Default two thirds at 1, one third at a third.
   */
  readonly scales?: readonly number[];
  /**
   * Whether rows that an ancestor had right, and on which the parent itself was not seen, are looked at when no other
   * fails: models slip, and texts that mend one row break another. Default false: then the search is over.
   */
  readonly again?: boolean;
}

/**
 * Rows that the parent fails: those first that it or its ancestors were last seen to fail and that no proposer was shown
 * yet, then new ones, then others that were shown, the least often shown first; until there are `size` failures or
 * `most` rows were looked at. With `again`, rows that only an ancestor was seen to get right are looked at when none fails. The child is tested on the failures, and on a few rows that the parent had right.
 * Throws a `config` error for numbers out of range.
 */
export function failuresFirst(options: FailuresFirstOptions = {}): BatchRule {
  const size = wholeNumber("gepa", "size of failuresFirst", options.size ?? 12, 1);
  const most = wholeNumber("gepa", "most of failuresFirst", options.most ?? 2 * size, 1);
  const guards = wholeNumber("gepa", "guards of failuresFirst", options.guards ?? Math.ceil(size / 2), 0);
  const { scales = [1, 1, 1 / 3], again = false } = options;
  if (scales.length === 0 || !scales.every((by) => by > 0 && by <= 1))
    throw new CultivarError(
      "config",
      `gepa: scales of failuresFirst must be numbers in (0, 1], got [${scales.join(", ")}]`,
    );
  const sizes = scales.map((by) => ({
    size: Math.ceil(by * size),
    most: Math.ceil(by * most),
    guards: Math.ceil(by * guards),
  }));
  return {
    name: `failuresFirst(${size}, ${most}, ${guards}, ${scales.map((by) => by.toFixed(2)).join(" ")}${again ? ", again" : ""})`,
    most: { looked: most, tested: size + guards },
    async take({ ids, step, stream, known, own, shown, top, look }) {
      const limits = sizes[step === 0 ? 0 : stream(`size ${step}`).int(sizes.length)]!;
      const order = stream(`failures ${step}`).shuffle(ids);
      // a new row is worth less than a known failure that nobody has worked on, and more than one that was in vain
      const turn = (id: ExampleId): number => shown(id) + (known(id) === undefined ? 0.5 : 0);
      const open = order
        .filter((id) => (known(id) ?? Number.NEGATIVE_INFINITY) < top)
        .sort((a, b) => turn(a) - turn(b));
      const inherited = order.filter((id) => known(id) === top && own(id) === undefined);
      const rows: Row[] = [];
      const failing = (): readonly Row[] => rows.filter(({ score }) => score !== undefined && score < top);
      const lookFor = async (found: readonly ExampleId[]): Promise<void> => {
        for (let from = 0; from < found.length && rows.length < limits.most && failing().length < limits.size;) {
          const wave = found.slice(from, from + Math.min(limits.most - rows.length, limits.size - failing().length));
          from += wave.length;
          rows.push(...(await look(wave)));
        }
      };
      await lookFor(open);
      if (again && failing().length === 0) await lookFor(inherited);
      const failed = failing();
      const right = rows.filter(({ score }) => score === top);
      const others = order
        .filter((id) => own(id) === top && !rows.some((row) => row.id === id))
        .map((id) => ({ id, score: top }));
      const scored = [...failed, ...right].slice(0, 2 * limits.size);
      return {
        // where none could be scored, why is told from the rows
        rows: scored.length > 0 ? scored : rows,
        test: [...failed, ...[...others, ...right].slice(0, limits.guards)],
      };
    },
  };
}
