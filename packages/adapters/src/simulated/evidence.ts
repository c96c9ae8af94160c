import type { Applies, ModuleSpec, Output, Rule, Texts, Value, World } from "./world.ts";
import { decisive } from "./house-rules.ts";

/** One worked example that a prompt shows. */
export interface Shown {
  readonly inputs: Texts;
  readonly outputs: Texts;
}

/** For each rule that decides a demo: 1 when the demo's output follows it, -1 when it is what one gets without it. */
export function votesOf(
  world: World,
  module: ModuleSpec,
  rules: readonly Rule[],
  demo: Shown,
): readonly (readonly [rule: string, vote: number])[] {
  const solve = (applies: Applies): Output => world.answer(module.name, demo.inputs, applies);
  const shownFields = module.outputs.map((field) => field.name).filter((name) => name in demo.outputs);
  const { output, deciding } = decisive(rules, solve, shownFields);
  return deciding.map(({ rule, fields }) => {
    const follows = fields.every((field) => sameValue(demo.outputs[field]!, output[field]!));
    return [rule.id, follows ? 1 : -1] as const;
  });
}

/** Whether a shown text is a value: letter by letter, except for booleans (Python writes True). */
export function sameValue(text: string, value: Value): boolean {
  return typeof value === "boolean" ? text.trim().toLowerCase() === String(value) : text.trim() === String(value);
}
