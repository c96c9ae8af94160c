import { rng } from "../ground/rng.ts";
import type { Gateway } from "../programs/gateway.ts";
import type { Sketch } from "../programs/module.ts";
import type { Candidate, Space } from "../values/component.ts";
import type { DemoRow } from "../values/demo.ts";
import type { Example, ExampleId } from "../values/example.ts";
import type { Models } from "../values/language-model.ts";
import { admission } from "./admission.ts";
import { askedRows } from "./asked-rows.ts";
import type { ChainHost } from "./chain.ts";
import { chainHost, chains } from "./chain.ts";
import { findings } from "./findings.ts";
import { embeddings } from "./embeddings.ts";
import type { KnownRows } from "./known-rows.ts";
import type { LeakGuard } from "./leak-guard.ts";
import type { Lineage } from "./lineage.ts";
import { lineage } from "./lineage.ts";
import type { Ask, Row, Study, Tell } from "./optimizer.ts";
import { proposers } from "./proposers.ts";
import type { RunEvent } from "./result.ts";
import type { RowSource } from "./row-source.ts";
import type { RunEnd } from "./run-end.ts";
import { quiet, runEnd } from "./run-end.ts";
import { runSteps } from "./run-steps.ts";
import type { SerialAsks } from "./serial-asks.ts";
import { serialAsks } from "./serial-asks.ts";
import type { SharedParts } from "./shared-parts.ts";
import { shown } from "./shown.ts";
import type { TimeKeeper } from "./time-keeper.ts";

export interface DriveOptions {
  readonly space: Space;
  readonly baseline: Candidate;
  readonly sketch: Sketch;
  readonly train: readonly Example[];
  readonly val: readonly ExampleId[];
  readonly range: readonly [number, number];
  readonly seed: number;
  readonly evaluations: number;
  readonly targetScore: number | undefined;
  readonly patience: number | undefined;
  readonly models: Models | undefined;
  readonly rows: RowSource;
  readonly gateway: Gateway;
  readonly guard: LeakGuard;
  readonly signal: AbortSignal;
  readonly demoOf: (id: string, input: unknown, expected: unknown) => DemoRow | undefined;
  readonly time: TimeKeeper;
  readonly emit: (event: RunEvent) => void;
}

/** What stands around an optimizer: admits, charges, folds and ends, all in logical order. */
export interface Drive extends Omit<RunEnd, "refuse"> {
  readonly study: Study;
  /** `study.evaluate` with all that is known of the rows: for core, which tells the user. */
  score(ask: Ask): Promise<readonly Row[]>;
  evaluations(): number;
  /** Throws the first error of an ask that ends every run (a wrong key, a full disk), whatever the optimizer made of it. */
  refuseBroken(): void;
  /** Keys of the LM calls that count: those of charged observations and of committed proposals, in logical order. */
  callKeys(): Iterable<string>;
  readonly known: KnownRows;
  readonly lineage: Lineage;
  /** Resolves once nothing that was asked is in flight, and all of it was taken into account. */
  settled(): Promise<void>;
}

/** Makes the Study of a run. Budget, incumbent and lineage are folded in the order of the asks, never of arrivals. */
export function drive(options: DriveOptions): Drive {
  const { emit, rows } = options;
  const admitting = admission({
    ...options,
    train: new Set(options.train.map(({ id }) => id)),
    val: new Set(options.val),
  });
  const { charged } = admitting;
  const run = runEnd((reason) => emit({ type: "end", reason, evaluations: charged.size }));
  const line = lineage(options.space, options.baseline, emit);
  const shared: SharedParts = {
    admission: admitting,
    steps: runSteps(run, options.time),
    asked: askedRows(rows, options.signal),
    found: findings({ ...options, charged, end: run.end, lineage: line }),
    talk: proposers(options),
    vectors: embeddings(options),
  };
  const { asked, found, talk, vectors } = shared;
  const serial = serialAsks(shared);
  return {
    ...run,
    study: studyOf(options, shared, serial),
    score: serial.score,
    evaluations: () => charged.size,
    refuseBroken: asked.refuseBroken,
    *callKeys() {
      for (const key of charged.keys()) yield* rows.callsOf(key);
      yield* talk.keys;
    },
    known: found.known,
    lineage: line,
    async settled() {
      await Promise.all([serial.settled(), talk.settled(), vectors.settled()]);
      await rows.settled();
    },
  };
}

/**
 * What the optimizer gets: frozen copies, since what "all of val" is decides who passes the gate. A copy of the Study by
 * spread still carries what `inOrder` needs.
 */
function studyOf(options: DriveOptions, shared: SharedParts, serial: SerialAsks): Study {
  const { score, generate, embed } = serial;
  const evaluate = async (ask: Ask): Promise<Tell> => ({ rows: shown(ask, await score(ask)) });
  const study: Study & { readonly [chains]: ChainHost } = {
    space: frozenSpace(options.space),
    baseline: options.baseline,
    sketch: options.sketch,
    train: Object.freeze([...options.train]),
    val: Object.freeze([...options.val]),
    range: Object.freeze([...options.range] as const),
    evaluate: (ask) => quiet(evaluate(ask)),
    generate: (role, request) => quiet(generate(role, request)),
    embedders: shared.vectors.embedders,
    embed: (embedder, texts) => quiet(embed(embedder, texts)),
    rng: (label) => rng(options.seed, label),
    remaining: shared.admission.remaining,
    best: shared.found.best,
    labelledDemo: (id, example) => labelled(options, id, example),
    note: shared.found.note,
    signal: options.signal,
    [chains]: chainHost(shared, serial),
  };
  return Object.freeze(study);
}

/** A copy: an optimizer that widens it must not widen what is admitted. */
function frozenSpace(space: Space): Space {
  const specs = Object.entries(space).map(([id, spec]) => {
    const choices = spec.choices && { choices: Object.freeze([...spec.choices]) };
    return [id, Object.freeze({ ...spec, ...choices })] as const;
  });
  return Object.freeze(Object.fromEntries(specs));
}

function labelled(options: DriveOptions, id: string, example: Example): DemoRow | undefined {
  if (example.expected === undefined) return undefined;
  const row = options.demoOf(id, example.input, example.expected);
  return row === undefined ? undefined : { ...row, source: example.id };
}
