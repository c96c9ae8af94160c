import type { Applies, ModuleSpec, Output, Rule, World } from "./world.ts";

/** The rules that are true, in order. */
export function houseRules(world: Pick<World, "rules">): readonly Rule[] {
  return world.rules.filter((rule) => rule.decoy !== true);
}

/**
 * The true rules that decide `fields` of an answer: each one without which the answer would be another. Found by
 * answering again without it, so nothing has to be declared twice.
 */
export function decisive(
  rules: readonly Rule[],
  solve: (applies: Applies) => Output,
  fields: readonly string[],
): {
  readonly output: Output;
  readonly deciding: readonly { readonly rule: Rule; readonly fields: readonly string[] }[];
} {
  const asked = new Set<string>();
  const house = new Set(rules.filter((rule) => rule.decoy !== true).map((rule) => rule.id));
  const output = solve((id) => {
    asked.add(id);
    return house.has(id);
  });
  const deciding: { rule: Rule; fields: readonly string[] }[] = [];
  for (const rule of rules) {
    if (!house.has(rule.id) || !asked.has(rule.id)) continue;
    const without = solve((id) => id !== rule.id && house.has(id));
    const changed = fields.filter((field) => without[field] !== output[field]);
    if (changed.length > 0) deciding.push({ rule, fields: changed });
  }
  return { output, deciding };
}

/** A module's best instructions: what it said, and every true rule in its clearest words. */
export function bestInstructions(module: ModuleSpec, rules: readonly Rule[]): string {
  const lines = rules.filter((rule) => rule.module === module.name && rule.decoy !== true);
  return [module.instructions, "", ...lines.map((rule) => `- ${rule.statements[0]!}`)].join("\n");
}

/** {@link bestInstructions} for every module of a program. */
export function bestProgram(modules: readonly ModuleSpec[], rules: readonly Rule[]): Readonly<Record<string, string>> {
  return Object.fromEntries(modules.map((module) => [module.name, bestInstructions(module, rules)]));
}
