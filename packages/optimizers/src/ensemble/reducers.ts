import { canonicalJson } from "@cultivar/core";
import { withSource } from "./with-source.ts";

/**
 * Reduces outputs to the first one of the largest group of equals (the group that appeared first wins a tie). `fields`
 * are what is compared; the whole output unless given, which reasoning makes different each time.
 */
export function majorityVote<K extends string>(
  ...fields: readonly K[]
): <O extends { readonly [P in K]: unknown }>(outputs: readonly O[]) => O {
  const reduce = <O extends { readonly [P in K]: unknown }>(outputs: readonly O[]): O => {
    const groups = new Map<string, O[]>();
    for (const output of outputs) {
      const vote = fields.length === 0 ? output : fields.map((field) => output[field] ?? null);
      const key = canonicalJson(vote);
      groups.set(key, [...(groups.get(key) ?? []), output]);
    }
    return [...groups.values()].reduce((best, group) => (group.length > best.length ? group : best))[0]!;
  };
  return withSource(reduce, `majorityVote ${JSON.stringify(fields)}`);
}

/** Reduces outputs to the first one with the mean of all in a numeric field. */
export function meanOf<K extends string>(
  field: K,
): <O extends { readonly [P in K]: number }>(outputs: readonly O[]) => O {
  const reduce = <O extends { readonly [P in K]: number }>(outputs: readonly O[]): O => {
    const mean = outputs.reduce((sum, output) => sum + output[field], 0) / outputs.length;
    return { ...outputs[0]!, [field]: mean };
  };
  return withSource(reduce, `meanOf ${JSON.stringify(field)}`);
}
