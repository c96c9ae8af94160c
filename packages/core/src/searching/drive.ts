import { CultivarError } from "../ground/errors.ts";
import { rng } from "../ground/rng.ts";
import type { Gateway } from "../programs/gateway.ts";
import type { Sketch } from "../programs/module.ts";
import type { Candidate, Space } from "../values/component.ts";
import { candidateHash, checkCandidate } from "../values/component.ts";
import type { DemoRow } from "../values/demo.ts";
import type { Example, ExampleId } from "../values/example.ts";
import type { Models, Request, Response } from "../values/language-model.ts";
import type { Admitted, ChainHost } from "./chain.ts";
import { chainHost, chains } from "./chain.ts";
import { contentHash } from "../ground/hash.ts";
import type { KnownRows } from "./known-rows.ts";
import { knownRows } from "./known-rows.ts";
import type { LeakGuard } from "./leak-guard.ts";
import type { Ask, Note, Role, Row, Scored, Study, Tell } from "./optimizer.ts";
import type { EndReason, LineageEntry, RunEvent } from "./result.ts";
import type { RowSource } from "./row-source.ts";
import { allSettled, rowKey } from "./row-source.ts";

/** Asks in a row that cost no evaluation, at most: an optimizer that only repeats itself ends as `stalled`. */
const maxIdleAsks = 1000;
/** Rejections after the end before an optimizer that swallows them is left waiting for ever. */
const maxRefusals = 100;

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
  /** The physical reason to admit nothing more, asked before each ask that needs fresh work. */
  readonly outOfTime: (asks: number, fresh: boolean) => EndReason | undefined;
  readonly emit: (event: RunEvent) => void;
}

/** What stands around an optimizer: admits, charges, folds and ends, all in logical order. */
export interface Drive {
  readonly study: Study;
  /** Ends the run unless it has ended; the first reason stays. */
  end(reason: EndReason): void;
  ended(): EndReason | undefined;
  evaluations(): number;
  /** Keys of the LM calls that count: those of charged observations and of committed proposals, in logical order. */
  callKeys(): Iterable<string>;
  readonly known: KnownRows;
  readonly lineage: readonly LineageEntry[];
  readonly remarks: readonly string[];
}

/** Makes the Study of a run. Budget, incumbent and lineage are folded in the order of the calls, never of arrivals. */
export function drive(options: DriveOptions): Drive {
  const { space, baseline, val, emit } = options;
  const known = knownRows(val);
  const charged = new Map<string, number>();
  const counts = new Map<string, number>();
  const proposerCalls: string[] = [];
  const lineage: LineageEntry[] = [
    { candidate: baseline, hash: candidateHash(baseline), parents: [], why: "the starting point", at: 0 },
  ];
  const remarks: string[] = [];
  const trainIds = new Set(options.train.map(({ id }) => id));
  const valIds = new Set(val);
  let ended: EndReason | undefined;
  let reserved = 0;
  let asks = 0;
  let idle = 0;
  let refusals = 0;
  let improvedAt = 0;

  const end = (reason: EndReason): void => {
    if (ended !== undefined) return;
    ended = reason;
    emit({ type: "end", reason, evaluations: charged.size });
  };
  const refuse = (): Promise<never> => {
    refusals += 1;
    // An optimizer that swallows the end must not spin: past this it waits for ever, and the run goes on without it.
    if (refusals > maxRefusals) return new Promise(() => {});
    return Promise.reject(
      new CultivarError("run-ended", `the run has ended (${ended})`, { fields: { reason: ended } }),
    );
  };
  const remark = (text: string): void => {
    if (remarks.includes(text)) return;
    remarks.push(text);
    emit({ type: "remark", text });
  };
  /** Checks an ask; which of its observations are new is told by `isNew`. */
  const inspect = (ask: Ask, isNew: (key: string) => boolean): Admitted => {
    const where = `evaluate(${ask.split})`;
    const candidate = checkCandidate(space, ask.candidate, where);
    const { leak, copiesTrain } = options.guard.check(candidate);
    if (leak !== undefined) throw new CultivarError("candidate", `${where}: ${leak}`);
    if (copiesTrain !== undefined) remark(`a proposed text for ${copiesTrain} repeats words of a train row`);
    const ids = ask.split === "train" ? trainIds : valIds;
    const stranger = ask.ids.find((id) => !ids.has(id));
    if (stranger !== undefined)
      throw new CultivarError("data", `${where}: ${stranger} is no ${ask.split} row of this run`);
    const sample = ask.sample ?? 0;
    if (!Number.isInteger(sample) || sample < 0)
      throw new CultivarError("config", `${where}: sample must be a whole number from 0, got ${sample}`);
    const hash = candidateHash(candidate);
    const keys = new Set(ask.ids.map((id) => rowKey(hash, ask.split, id, sample)));
    return { candidate, hash, sample, fresh: [...keys].filter(isNew) };
  };
  const get = (ask: Ask, { candidate, hash, sample }: Admitted): Promise<Row[]> => {
    const traced = ask.split === "train" && ask.capture === "trace";
    return allSettled(ask.ids.map((id) => options.rows.get(candidate, hash, ask.split, id, sample, traced)));
  };
  const tell = (ask: Ask, rows: readonly Row[]): Tell => {
    const unscored = rows.filter((row) => row.score === undefined).length;
    emit({ type: "evaluated", evaluations: charged.size, split: ask.split, rows: rows.length, unscored });
    const traced = ask.split === "train" && ask.capture === "trace";
    return {
      rows: ask.split === "val" ? rows.map(scoreOnly) : traced ? rows : rows.map(({ trace: _trace, ...row }) => row),
    };
  };
  /** Takes one ask's val rows into account, at its place in the order. */
  const fold = (ask: Ask, { candidate, hash, sample }: Admitted, rows: readonly Row[]): void => {
    if (ask.split !== "val" || sample !== 0) return;
    if (!known.fold(candidate, hash, rows.map(scoreOnly))) return;
    improvedAt = charged.size;
    const best = known.best()!;
    emit({
      type: "incumbent",
      candidate,
      val: best.val,
      baseline: known.estimateOf(lineage[0]!.hash) ?? best.val,
      evaluations: charged.size,
    });
  };
  const checkGoals = (): void => {
    const mean = known.best()?.val.mean;
    if (options.targetScore !== undefined && mean !== undefined && mean >= options.targetScore) end("target");
    else if (options.patience !== undefined && charged.size - improvedAt >= options.patience) end("plateau");
  };
  const step = (fresh: number): void => {
    idle = fresh === 0 ? idle + 1 : 0;
    if (idle > maxIdleAsks) end("stalled");
  };
  const charge = (keys: readonly string[], tick: number): void => {
    for (const key of keys) charged.set(key, tick);
  };

  const evaluate = async (ask: Ask): Promise<Tell> => {
    if (ended !== undefined) return refuse();
    const admitted = inspect(ask, (key) => !charged.has(key));
    asks += 1;
    const needsWork = admitted.fresh.some((key) => !options.rows.hasKey(key));
    const late = options.outOfTime(asks, needsWork);
    if (late !== undefined) end(late);
    else if (charged.size + reserved + admitted.fresh.length > options.evaluations) end("evaluations");
    else step(admitted.fresh.length);
    if (ended !== undefined) return refuse();
    charge(admitted.fresh, 0);
    const rows = await get(ask, admitted).catch(endIfPhysical);
    fold(ask, admitted, rows);
    checkGoals();
    return tell(ask, rows);
  };
  function endIfPhysical(error: unknown): never {
    const limit = (error as { fields?: { limit?: EndReason } }).fields?.limit;
    if (limit !== undefined && error instanceof CultivarError && error.code === "run-ended") end(limit);
    throw error;
  }
  const generateAt = async (
    base: number,
    seen: Map<string, number>,
    made: (key: string) => void,
    role: Role,
    request: Request,
  ): Promise<Response> => {
    if (ended !== undefined) return refuse();
    const { models } = options;
    const lm = (role === "default" ? undefined : models?.[role]) ?? models?.default;
    if (lm === undefined)
      throw new CultivarError("config", `generate(${role}): no model is given; set models.${role} or models.default`);
    const key = contentHash([role, request]);
    const ordinal = seen.get(key) ?? 0;
    seen.set(key, ordinal + 1);
    const sample = base + ordinal;
    return options.gateway.generate(lm, sample === 0 ? request : { ...request, sample }, made).catch(endIfPhysical);
  };
  const note = (event: Note): void => {
    if (event.type === "remark") remark(event.text);
    else {
      const candidate = checkCandidate(space, event.candidate, "note");
      const hash = candidateHash(candidate);
      if (lineage.some((entry) => entry.hash === hash)) return;
      const { component, why } = event;
      const parents = event.parents.map(candidateHash);
      lineage.push({ candidate, hash, parents, why, at: charged.size, ...(component !== undefined && { component }) });
      emit({ type: "proposal", hash, why });
    }
  };
  const host: ChainHost = chainHost({
    charged,
    reserve: (cost) => {
      if (charged.size + reserved + cost > options.evaluations) return false;
      reserved += cost;
      return true;
    },
    refund: (cost) => (reserved -= cost),
    remaining: () => options.evaluations - charged.size - reserved,
    outOfTime: () => options.outOfTime((asks += 1), true),
    inspect,
    get: (ask, admitted) => get(ask, admitted).catch(endIfPhysical),
    tell,
    fold,
    commitDone: (fresh) => {
      step(fresh);
      checkGoals();
    },
    charge,
    best: () => known.best()!,
    generateAt,
    countCall: (key) => proposerCalls.push(key),
    note,
    end,
    ended: () => ended,
    refuse,
  });
  const study: Study & { readonly [chains]: ChainHost } = {
    space,
    baseline,
    sketch: options.sketch,
    train: options.train,
    val,
    range: options.range,
    evaluate,
    generate: (role, request) => generateAt(0, counts, (key) => proposerCalls.push(key), role, request),
    rng: (label) => rng(options.seed, label),
    remaining: () => options.evaluations - charged.size - reserved,
    best: (): Scored => known.best()!,
    labelledDemo: (id, example) => labelled(options, id, example),
    note,
    signal: options.signal,
    [chains]: host,
  };
  const callKeys = function* (): Generator<string> {
    for (const key of charged.keys()) yield* options.rows.callsOf(key);
    yield* proposerCalls;
  };
  return { study, end, ended: () => ended, evaluations: () => charged.size, callKeys, known, lineage, remarks };
}

function labelled(options: DriveOptions, id: string, example: Example): DemoRow | undefined {
  if (example.expected === undefined) return undefined;
  const row = options.demoOf(id, example.input, example.expected);
  return row === undefined ? undefined : { ...row, source: example.id };
}

/** Val rows are told without feedback or traces: their content never reaches a proposer. */
function scoreOnly({ id, score, objectives, failure }: Row): Row {
  return {
    id,
    ...(score !== undefined && { score }),
    ...(objectives !== undefined && { objectives }),
    ...(failure !== undefined && { failure: { ...failure, message: failure.code } }),
  };
}
