import { AsyncLocalStorage } from "node:async_hooks";
import type { Span } from "../values/trace.ts";
import type { Gateway } from "./gateway.ts";
import type { RowCalls } from "./row-calls.ts";

/**
 * The plumbing of the current call: never a model or a candidate, which travel by value. Absent outside any call of a
 * bound module.
 */
export interface Scope {
  /** Meters, caches and journals; undefined when a bound module runs outside evaluate and compile. */
  readonly gateway: Gateway | undefined;
  /** Ends everything under this scope: the run's signal, and what callers gave. */
  readonly signal: AbortSignal | undefined;
  /** The part of `signal` that callers within the run gave for single calls; the run's own reaches models by itself. */
  readonly callSignal: AbortSignal | undefined;
  /** The calls of the row under evaluation, or of one tool call in it; undefined outside one. */
  readonly calls: RowCalls | undefined;
  /** The ask's sample: which repeated observation of the row this is. */
  readonly sample: number;
  /** Id of the train row under evaluation: its own demos are left out. */
  readonly exampleId: string | undefined;
  /** Names this call within the run, for journaled tool results: row address, then one step per nested call. */
  readonly address: readonly string[];
  /** Which of several equal calls this is, folded over the nesting: see {@link sampleIndex}. */
  readonly ordinal: number;
  /** How often each call was made under this scope, by module and input. */
  readonly repeats: Repeats;
  /** Where the spans of calls made under this scope go; undefined when nobody wants a trace. */
  readonly spans: Span[] | undefined;
}

/** Counts equal calls. A class, since one is made for every call; and most scopes see one call, which needs no map. */
export class Repeats {
  #first: string | undefined;
  #firstCount = 0;
  #others: Map<string, number> | undefined;

  /** How often `key` was counted before; counts it. */
  next(key: string): number {
    this.#first ??= key;
    if (key === this.#first) return this.#firstCount++;
    this.#others ??= new Map();
    const count = this.#others.get(key) ?? 0;
    this.#others.set(key, count + 1);
    return count;
  }
}

const storage = new AsyncLocalStorage<Scope>();

/** The current scope, if any. */
export function currentScope(): Scope | undefined {
  return storage.getStore();
}

/** Runs `task` and everything it awaits under `scope`. */
export function runIn<T>(scope: Scope, task: () => T): T {
  return storage.run(scope, task);
}

/** A scope that knows nothing: for calls of bound modules outside any run. */
export const emptyScope: Omit<Scope, "repeats" | "spans"> = {
  gateway: undefined,
  signal: undefined,
  callSignal: undefined,
  calls: undefined,
  sample: 0,
  exampleId: undefined,
  address: [],
  ordinal: 0,
};

/** The same scope, which also ends when `signal` aborts. */
export function within(scope: Scope, signal: AbortSignal | undefined): Scope {
  if (signal === undefined || signal === scope.signal) return scope;
  const also = (other: AbortSignal | undefined): AbortSignal =>
    other === undefined ? signal : AbortSignal.any([other, signal]);
  return { ...scope, signal: also(scope.signal), callSignal: also(scope.callSignal) };
}

/**
 * The ordinal of the `repeat`-th equal call under a parent with an ordinal of its own. Under an unrepeated parent it is
 * `repeat`; under a repeated one the pair is mixed into 31 bits (murmur3's finaliser), so that the second call of the
 * first round and the first call of the second do not meet.
 */
function foldOrdinal(parent: number, repeat: number): number {
  if (parent === 0) return repeat;
  let mixed = Math.imul(parent, 0x9e3779b1) ^ Math.imul(repeat + 1, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 1 || 1;
}

/**
 * The scope of a call made under `parent`. `key` says what is called with what input: the n-th equal call under one
 * parent gets ordinal n, whatever else runs at the same time, so that a loop that asks the same thing three times gets
 * three samples and a replay gets the same ones.
 */
export function childScope(parent: Scope, key: string, spans: Span[] | undefined): Scope {
  const repeat = parent.repeats.next(key);
  return {
    gateway: parent.gateway,
    signal: parent.signal,
    callSignal: parent.callSignal,
    calls: parent.calls,
    sample: parent.sample,
    exampleId: parent.exampleId,
    address: parent.gateway === undefined ? parent.address : stepFrom(parent.address, key, repeat),
    ordinal: foldOrdinal(parent.ordinal, repeat),
    repeats: new Repeats(),
    spans,
  };
}

/** The address of the `repeat`-th equal call (from 0) made at `address`. */
export function stepFrom(address: readonly string[], key: string, repeat: number): readonly string[] {
  return [...address, repeat === 0 ? key : `${key}#${repeat}`];
}

/**
 * The sample index of requests sent under a scope: the ask's sample plus the call's ordinal, the ordinal spaced by
 * 1000 so that the k-th call of one observation never shares a reply with the first call of the k-th observation.
 */
export function sampleIndex(scope: Scope): number {
  return scope.sample + scope.ordinal * 1000;
}
