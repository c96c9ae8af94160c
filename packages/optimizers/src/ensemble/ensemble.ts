import type { AnyModule, Module, ModuleInput, ModuleOutput } from "@cultivar/core";
import { blame, CultivarError, program } from "@cultivar/core";
import { withSource } from "./with-source.ts";

/** The names of `K` members: `member1` up; any `member<n>` where `K` is not known to the compiler. */
export type MemberName<
  K extends number,
  Before extends readonly unknown[] = readonly [],
  Names extends string = never,
> = number extends K
  ? `member${number}`
  : Before["length"] extends K
    ? Names
    : MemberName<K, readonly [...Before, unknown], Names | `member${[...Before, unknown]["length"] & number}`>;

/** The modules of an ensemble, as `decode` gives their components. */
export type Members<T extends AnyModule, K extends number> = { readonly [N in MemberName<K>]: T };

/**
 * A program of `k` copies of a module, each with components of its own: `member1.instructions`, `member2.instructions`,
 * ..., and choices to vary likewise. All run at once on the same input, and `reduce` makes the output of theirs. Any
 * optimizer can tell the members apart; as long as their components are equal they ask the same, which a run answers
 * once. A member that fails is left out: `outputs` are those of the others, at least one, in member order; when all
 * fail, the first failure is thrown (the world's before the candidate's). What ends a run is never caught.
 * Costs `k` times the module's LM calls. Throws a `config` error unless `k` is a whole number of at least 1.
 * Source: ensembles of compiled programs (`Ensemble` of DSPy, Khattab et al., 2023). Differs: the members are parts of
 * one program and can be searched together, where DSPy joins programs that were compiled one by one.
 */
export function ensemble<T extends AnyModule, const K extends number, R>(
  inner: T,
  k: K,
  reduce: (outputs: readonly ModuleOutput<T>[], input: ModuleInput<T>) => R,
): Module<ModuleInput<T>, Awaited<R>, Members<T, K>> {
  if (!Number.isInteger(k) || k < 1)
    throw new CultivarError("config", `ensemble(${inner.name}): k must be a whole number of at least 1, got ${k}`);
  const names = Array.from({ length: k }, (_, index) => `member${index + 1}`);
  const members: Readonly<Record<string, Module<ModuleInput<T>, ModuleOutput<T>>>> = Object.fromEntries(
    names.map((name) => [name, inner]),
  );
  const run = async (
    m: Readonly<Record<string, (input: ModuleInput<T>) => Promise<ModuleOutput<T>>>>,
    input: ModuleInput<T>,
  ): Promise<Awaited<R>> => {
    const settled = await Promise.allSettled(names.map((name) => m[name]!(input)));
    const failures = settled.flatMap((result) => (result.status === "rejected" ? [result.reason as unknown] : []));
    // A used-up budget or a wrong key is not this member's alone.
    const end = failures.find((error) => blame(error) === "run");
    if (end !== undefined) throw end;
    const outputs = settled.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    if (outputs.length === 0) throw failures.find((error) => blame(error) === "world") ?? failures[0];
    return await reduce(outputs, input);
  };
  const source = `ensemble ${reduce.toString()}`;
  return program(`${inner.name}-ensemble`, members, withSource(run, source)) as unknown as Module<
    ModuleInput<T>,
    Awaited<R>,
    Members<T, K>
  >;
}
