import { blame, CultivarError, isCultivarError, messageOf } from "../ground/errors.ts";
import type { Limit } from "../ground/limit.ts";
import type { Metric } from "../judging/metric.ts";
import { scoreRow } from "../judging/score-row.ts";
import type { Gateway } from "../programs/gateway.ts";
import { recording } from "../programs/gateway.ts";
import type { AnyModule, Frame } from "../programs/module.ts";
import type { Candidate } from "../values/component.ts";
import type { Example, ExampleId } from "../values/example.ts";
import type { Row } from "./optimizer.ts";

export type SplitName = "train" | "val" | "test";

/** One candidate on one row, the `sample`-th time. `hash` is the candidate's. */
export interface Observation {
  readonly candidate: Candidate;
  readonly hash: string;
  readonly split: SplitName;
  readonly id: ExampleId;
  readonly sample: number;
}

/** The name of one observation, in the journal too. */
export function rowKey({ hash, split, id, sample }: Omit<Observation, "candidate">): string {
  return `${hash}/${split}/${id}/${sample}`;
}

export interface ObserverOptions {
  readonly module: AnyModule;
  readonly metric: Metric<never, never>;
  readonly examples: Readonly<Record<SplitName, ReadonlyMap<ExampleId, Example>>>;
  readonly gateway: Gateway;
  readonly signal: AbortSignal;
  readonly seed: number;
  readonly limit: Limit;
  readonly frameFor: (candidate: Candidate) => Frame;
}

/** A row with its trace, and the keys of the LM calls that it took, sorted. */
export interface Observed {
  readonly row: Row;
  readonly calls: readonly string[];
}

/** Runs the program on a row and scores it, within the limit; remembers nothing but the frames of candidates. */
export function observer(options: ObserverOptions): (observation: Observation) => Promise<Observed> {
  const { module, metric, signal, seed } = options;
  const frames = new Map<string, Frame>();
  const frameOf = ({ candidate, hash }: Observation): Frame => {
    let frame = frames.get(hash);
    if (frame === undefined) frames.set(hash, (frame = options.frameFor(candidate)));
    return frame;
  };
  return async (observation) => {
    const { split, id, sample } = observation;
    const example = options.examples[split].get(id);
    if (example === undefined) throw new CultivarError("data", `evaluate: ${split} has no row ${id}`);
    const frame = frameOf(observation);
    const address = [rowKey(observation)];
    const calls = new Set<string>();
    const { gateway, check } = unswallowed(recording(options.gateway, calls));
    const row = await options.limit(() => {
      signal.throwIfAborted();
      return scoreRow({ module, frame, example, metric, gateway, signal, sample, seed, address });
    });
    check();
    // What failed while everything was being torn down says nothing of the candidate.
    if (row.failure !== undefined) signal.throwIfAborted();
    return { row, calls: [...calls].sort() };
  };
}

/**
 * A gateway of one row, and what to ask once the row is scored: an error that ends the whole run (a used-up budget, a
 * wrong key) stands, whatever the program made of it.
 */
function unswallowed(gateway: Gateway): { readonly gateway: Gateway; check(): void } {
  let fatal: { readonly error: unknown } | undefined;
  const keep = (error: unknown): never => {
    if (isCultivarError(error) && blame(error) === "run") fatal ??= { error };
    throw error;
  };
  return {
    gateway: {
      ...gateway,
      generate: (lm, request, note) => gateway.generate(lm, request, note).catch(keep),
      embed: (embedder, texts) => gateway.embed(embedder, texts).catch(keep),
    },
    check() {
      if (fatal !== undefined) throw fatal.error;
    },
  };
}

/** The row as a resumed run would read it: what is told must not depend on whether it was journaled. */
export function asJson(row: Row): Row {
  try {
    return JSON.parse(JSON.stringify(row)) as Row;
  } catch (cause) {
    throw new CultivarError(
      "program",
      `row ${row.id}: its trace holds what JSON cannot (${messageOf(cause)}); let modules and tools return plain data`,
      { cause },
    );
  }
}
