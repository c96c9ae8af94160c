import { blame, CultivarError } from "../ground/errors.ts";
import { canonicalJson, contentHash } from "../ground/hash.ts";
import { moduleScope } from "./ask-model.ts";
import { moduleFrom } from "./bind.ts";
import { callModule, inputKey } from "./call.ts";
import type { AnyModule, Frame, Module, ModuleDefinition, ModuleInput, ModuleOutput } from "./module.ts";
import { definition } from "./module.ts";
import type { Scope } from "./scope.ts";
import { childScope } from "./scope.ts";

/** The same module, sampled several times: components, ids and spans are the inner module's own. */
function wrap<T extends AnyModule>(
  inner: T,
  kind: string,
  times: number,
  options: unknown,
  source: string,
  run: (call: () => Promise<unknown>, input: unknown) => Promise<unknown>,
): T {
  if (!Number.isInteger(times) || times < 1) {
    throw new CultivarError(
      "config",
      `${kind}(${inner.name}): the number of samples must be a whole number of at least 1, got ${times}`,
    );
  }
  const own = inner[definition];
  const wrapped: ModuleDefinition = {
    ...own,
    spanless: true,
    sketch: { ...own.sketch, kind: `${kind} of ${own.sketch.kind}` },
    maxCalls: own.maxCalls * times,
    fingerprint: contentHash([kind, times, options, own.fingerprint]),
    source: [source, own.source ?? ""].join("\n"),
    run: (frame: Frame, input) => run(() => callModule(sampleScope(own, kind, input), own, frame, input), input),
  };
  return moduleFrom(inner.name, wrapped, {}) as unknown as T;
}

/**
 * Equal calls under one scope are told apart by their order. A wrapper around a wrapper may run several chains of equal
 * calls at once, so each chain gets a scope of its own: which sample a call gets never depends on latencies.
 */
function sampleScope(inner: ModuleDefinition, kind: string, input: unknown): Scope {
  const scope = moduleScope();
  return inner.spanless === true ? childScope(scope, `${kind}(${inputKey(input)})`, scope.spans) : scope;
}

export interface BestOfNOptions<I, O> {
  /** Samples at most, at least 1. */
  readonly n: number;
  /** How good an output is; larger is better. May be asynchronous. */
  readonly reward: (output: O, input: I) => number | Promise<number>;
  /** Stop at the first sample whose reward reaches this. */
  readonly threshold?: number;
}

/**
 * Runs a module up to n times, one after another, each time as another sample, and keeps the output with the highest
 * reward (the first of equals). Samples that fail are passed over; when all fail, the first failure is thrown (the world's before the candidate's).
 */
export function bestOfN<T extends AnyModule>(
  inner: T,
  options: BestOfNOptions<ModuleInput<T>, ModuleOutput<T>>,
): Module<ModuleInput<T>, ModuleOutput<T>> {
  const { n, reward, threshold } = options;
  return wrap(inner, "bestOfN", n, { threshold }, reward.toString(), async (call, input) => {
    let best: { output: unknown; value: number } | undefined;
    const failures: unknown[] = [];
    for (let i = 0; i < n; i++) {
      try {
        const output = await call();
        const value = await reward(output as ModuleOutput<T>, input as ModuleInput<T>);
        if (Number.isNaN(value)) throw new CultivarError("program", `bestOfN(${inner.name}): the reward is NaN`);
        if (best === undefined || value > best.value) best = { output, value };
      } catch (error) {
        mustStop(error);
        failures.push(error);
      }
      if (best !== undefined && threshold !== undefined && best.value >= threshold) break;
    }
    if (best === undefined) throw worst(failures);
    return best.output;
  });
}

export interface MajorityOptions<O> {
  /** Samples, at least 1. */
  readonly k: number;
  /** What is voted on; the whole output unless given. */
  readonly by?: (output: O) => unknown;
}

/**
 * Self-consistency (Wang et al. 2022): runs a module k times at once and returns the first output of the largest group
 * of equal votes (the group that appeared first wins a tie). Failed samples do not vote; when all fail, the first
 * failure is thrown.
 */
export function majority<T extends AnyModule>(
  inner: T,
  options: MajorityOptions<ModuleOutput<T>>,
): Module<ModuleInput<T>, ModuleOutput<T>> {
  const { k } = options;
  const by = options.by ?? ((output: unknown) => output);
  return wrap(inner, "majority", k, {}, options.by?.toString() ?? "", async (call) => {
    const settled = await Promise.allSettled(Array.from({ length: k }, call));
    const groups = new Map<string, { first: unknown; votes: number }>();
    for (const result of settled) {
      if (result.status === "rejected") {
        mustStop(result.reason);
        continue;
      }
      const key = canonicalJson(by(result.value as ModuleOutput<T>) ?? null);
      const group = groups.get(key) ?? { first: result.value, votes: 0 };
      groups.set(key, { ...group, votes: group.votes + 1 });
    }
    let winner: { first: unknown; votes: number } | undefined;
    for (const group of groups.values()) if (winner === undefined || group.votes > winner.votes) winner = group;
    if (winner === undefined) throw worst(settled.map((result) => (result as PromiseRejectedResult).reason));
    return winner.first;
  });
}

/** Of samples that all failed: a failure of the world, which is not held against the candidate, else the first. */
function worst(failures: readonly unknown[]): unknown {
  return failures.find((error) => blame(error) === "world") ?? failures[0];
}

/** Failures that are not this sample's alone (a used-up budget, a wrong key) are no reason to try another. */
function mustStop(error: unknown): void {
  if (blame(error) === "run") throw error;
}
