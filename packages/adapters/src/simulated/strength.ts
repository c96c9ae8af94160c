import type { Shown } from "./evidence.ts";
import { votesOf } from "./evidence.ts";
import type { ModuleSpec, Rule, RuleLesson, World } from "./world.ts";

/** Chance in [0, 1] that the student takes over a rule, by what its prompt says and shows. */
export function strengthOf(world: World, rule: Rule, of: (rule: string) => RuleLesson): number {
  if (world.isNull === true) return 0;
  const lesson = of(rule.id);
  return world.strength?.(rule, lesson, of) ?? usualStrength(world.learns, lesson);
}

/** A stated rule is followed, a denied one is not, a shown one is learned by the number of demos. */
export function usualStrength(learns: readonly number[], { stance, shown }: RuleLesson): number {
  if (stance === "denied") return 0;
  // a rule that is stated while the demos break it is followed half-heartedly
  if (stance === "stated") return shown < 0 ? 0.5 : 1;
  return byCount(learns, shown);
}

/** The chance at a count of examples, from a table that starts at one; 0 for none. */
export function byCount(chances: readonly number[], count: number): number {
  return count <= 0 ? 0 : (chances[Math.min(count, chances.length) - 1] ?? 0);
}

/** A row that a student was trained on: one module's texts in and out. */
export interface TrainingRow extends Shown {
  readonly module: string;
}

/** What training left in a student: the chance, by rule id, that it follows the rule untold. */
export function trainedStrengths(world: World, rows: readonly TrainingRow[]): ReadonlyMap<string, number> {
  const shown = new Map<string, number>();
  const moduleOf = (name: string): ModuleSpec | undefined => world.program.modules.find((one) => one.name === name);
  for (const row of rows) {
    const module = moduleOf(row.module);
    if (module === undefined) continue;
    const rules = world.rules.filter((rule) => rule.module === module.name);
    for (const [rule, vote] of votesOf(world, module, rules, row)) shown.set(rule, (shown.get(rule) ?? 0) + vote);
  }
  return new Map([...shown].map(([rule, count]) => [rule, byCount(world.trains ?? [], count)]));
}
