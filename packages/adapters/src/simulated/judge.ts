import type { Metric, Trace } from "@cultivar/core";
import { metric, spansOf } from "@cultivar/core";
import type { Flips } from "./flips.ts";
import { checkFlips, flip, isFlipped } from "./flips.ts";
import { decisive } from "./house-rules.ts";
import type { Judgement, Output, Rule, World, WorldRow } from "./world.ts";

/**
 * What a world says of an output: the score, and in rich worlds what was expected and why, in a colleague's words.
 * `students` names the student of each call that was made, where the world offers several: their cost is taken off.
 */
export function judge(
  world: World,
  row: Pick<WorldRow, "input" | "expected">,
  output: Readonly<Record<string, unknown>>,
  students: readonly string[] = [],
): Judgement {
  const given = output as Output;
  const { score: quality, wrong } = world.compare(row.expected, given);
  const score = quality * (1 - costOf(world, students));
  if (world.feedback === "scores") return { score };
  if (wrong.length === 0) return { score, feedback: "Right." };
  const remarks = wrong.map(
    (field) =>
      `${field}: expected ${JSON.stringify(row.expected[field])}, got ${JSON.stringify(given[field] ?? null)}.`,
  );
  const hints = hintsFor(world, row, wrong);
  const feedback = [...remarks, ...hints.map((rule) => rule.hint)].join("\n");
  if (world.program.modules.length === 1 || world.feedback === "whole") return { score, feedback };
  const byModule: Record<string, string> = {};
  for (const { name } of world.program.modules) {
    const own = hints.filter((rule) => rule.module === name).map((rule) => rule.hint);
    byModule[name] = own.length === 0 ? "Nothing wrong was seen in this step." : [...remarks, ...own].join("\n");
  }
  return { score, feedback, byModule };
}

/** The rules that a colleague thinks of: those that decide the wrong fields, and tempting ones that would mend them here. */
function hintsFor(
  world: World,
  { input, expected }: Pick<WorldRow, "input" | "expected">,
  wrong: readonly string[],
): readonly Rule[] {
  const { output, deciding } = decisive(world.rules, (applies) => world.solve(input, applies), wrong);
  const house = deciding.filter(({ fields }) => fields.some((field) => output[field] === expected[field]));
  const tempting = world.rules.filter((rule) => {
    if (rule.tempting !== true) return false;
    const habit = world.solve(input, () => false);
    const tried = world.solve(input, (id) => id === rule.id);
    return wrong.some((field) => habit[field] !== expected[field] && tried[field] === expected[field]);
  });
  return [...house.map(({ rule }) => rule), ...tempting];
}

function costOf(world: World, students: readonly string[]): number {
  const { students: kinds } = world;
  if (kinds === undefined) return 0;
  const cost = students.reduce((sum, name) => sum + (kinds[name]?.cost ?? 0), 0);
  return Math.min(1, cost);
}

/** The students that a trace's calls went to, by the names that the world gives them. */
export function studentsIn(world: World, trace: Trace): readonly string[] {
  if (world.students === undefined) return [];
  const names: string[] = [];
  for (const span of spansOf(trace)) {
    const name = span.kind === "lm" ? /simulated-student-(.+)$/.exec(span.model)?.[1] : undefined;
    if (name !== undefined) names.push(name);
  }
  return names;
}

/**
 * A world's metric in the form that `compile` takes; it judges and calls no model. With `flips` some judgements say the
 * opposite: keyed by world seed, run seed, candidate, row and sample, or by world seed and row when they are persistent.
 */
export function metricOf(
  world: World,
  options: { readonly flips?: Flips } = {},
): Metric<Pick<WorldRow, "input" | "expected">, Readonly<Record<string, unknown>>> {
  const flips = options.flips === undefined ? undefined : checkFlips(options.flips);
  return metric(
    ({ example, output, trace, rng }) => {
      const judgement = judge(world, example, output, studentsIn(world, trace));
      if (flips === undefined || !isFlipped(flips, example.input, String(rng.next()))) return judgement;
      return flip(judgement);
    },
    { name: world.name, options: { feedback: world.feedback, isNull: world.isNull ?? false, flips: flips ?? null } },
  );
}

/** The same world with less help: `feedback: "scores"` silences its metric, `isNull` makes it one where nothing can help. */
export function adjust(
  world: World,
  options: { readonly feedback?: World["feedback"]; readonly isNull?: boolean },
): World {
  const isNull = options.isNull ?? world.isNull ?? false;
  return {
    ...world,
    feedback: options.feedback ?? world.feedback,
    isNull,
    ...(isNull && { optimum: { instructions: world.optimum.instructions, score: world.baseline.score } }),
  };
}
