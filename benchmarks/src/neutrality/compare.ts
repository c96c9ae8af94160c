import type { World } from "@cultivar/adapters/simulated";
import { recorded } from "./recorded.ts";
import { difference, promptsOf, scoresAs, scoresOfOurs } from "./students.ts";
import { findingsAs, failuresOf, teacherFrameworks } from "./teachers.ts";

/** One framework against another on one world. */
export interface Compared {
  readonly same: boolean;
  readonly line: string;
}

/** The same, with the figures by which worlds are taken together: true rules per reflection. */
export interface ComparedTeacher extends Compared {
  readonly framework: string;
  readonly own: number;
  readonly base: number;
  readonly standardError: number;
}

/** A point of accuracy, and what chance may add: three standard errors of the paired difference. */
export const pointTolerance = 0.01;
/** Share of the true rules found. */
export const ruleTolerance = 0.05;
const chance = 3;

const studentFrameworks = ["dspy-chat", "dspy-json", "gepa", "textgrad", "ax"];
const percent = (value: number): string => (100 * value).toFixed(1);

/** The student under every framework's requests against ours, for three prompts. Throws for a world without recordings. */
export async function compareStudents(world: World, size: number): Promise<readonly Compared[]> {
  const rows = world.examples(size, 4321);
  const all: Compared[] = [];
  for (const prompt of promptsOf(world)) {
    const ours = await scoresOfOurs(world, prompt, rows);
    for (const framework of studentFrameworks) {
      const found = recorded(framework);
      if (found === undefined) continue;
      const scores = scoresAs(found, world, prompt, rows);
      const { mean, standardError } = difference(scores, ours);
      const allowed = Math.max(pointTolerance, chance * standardError);
      const own = scores.reduce((sum, score) => sum + score, 0) / scores.length;
      all.push({
        same: Math.abs(mean) <= allowed,
        line: `student ${world.name} ${prompt.name} ${framework}: ${percent(own)}, ${percent(mean)} +- ${percent(standardError)} from ours, allowed ${percent(allowed)}`,
      });
    }
  }
  return all;
}

/** True rules found under every framework's reflection prompts against gepa's, for the same failures. */
export function compareTeachers(world: World, reflections: number): readonly ComparedTeacher[] {
  const groups = failuresOf(world, reflections);
  const base = findingsAs("gepa", world, groups);
  const mean = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return teacherFrameworks.map((framework) => {
    const counts = findingsAs(framework, world, groups);
    const gap = difference(counts, base);
    const allowed = Math.max(ruleTolerance * mean(base), chance * gap.standardError);
    return {
      framework,
      own: mean(counts),
      base: mean(base),
      standardError: gap.standardError,
      same: Math.abs(gap.mean) <= allowed,
      line: `teacher ${world.name} ${framework}: ${mean(counts).toFixed(2)} true rules a reflection, gepa ${mean(base).toFixed(2)}, difference ${gap.mean.toFixed(3)} +- ${gap.standardError.toFixed(3)}, allowed ${allowed.toFixed(3)} (${groups.length} reflections)`,
    };
  });
}
