import type { World } from "@cultivar/adapters/simulated";
import { asLabels, failuresOf } from "./failures.ts";
import { recorded } from "./recorded.ts";
import { difference, promptsOf, scoresAs, scoresOfOurs } from "./students.ts";
import type { Told } from "./teachers.ts";
import { findingsAs, inducers, reflectors } from "./teachers.ts";

/** One framework against another on one world. */
export interface Compared {
  readonly same: boolean;
  readonly line: string;
  /** Why it is known to differ, where it is. */
  readonly known?: string;
}

/** The same, with the figures by which worlds are taken together: true rules per reflection. */
export interface ComparedTeacher extends Compared {
  readonly framework: string;
  readonly told: Told;
  readonly own: number;
  readonly base: number;
  readonly standardError: number;
}

/** Points of accuracy. */
export const pointTolerance = 0.01;
/** Share of the true rules found. */
export const ruleTolerance = 0.05;
/** Standard errors of the paired difference that chance explains: one run in fifty has one of its 288 comparisons beyond. */
const chance = 4;

/** Defects of the readers that were found and not yet mended: by what is told and the teacher, or by these and the world. */
const knownDifferences: Readonly<Record<string, string>> = {
  "labels dspy-mipro summary reply-drafting":
    "in MIPROv2's favour, 9 % more rules than from gepa's prompt over 400 x 10 replies; why is not known",
};

const studentFrameworks = ["dspy-chat", "dspy-json", "gepa", "textgrad", "ax"];
const percent = (value: number): string => (100 * value).toFixed(1);

/** How much is measured: rows per prompt, reflections of three rows, and the simulated models that answer each. */
export interface Size {
  readonly rows: number;
  readonly reflections: number;
  /** Each of them draws anew, so that chance evens out. */
  readonly draws: number;
}

/** The student under every framework's requests against ours, for three prompts. Throws for a world without recordings. */
export async function compareStudents(world: World, size: Size): Promise<readonly Compared[]> {
  const rows = world.examples(size.rows, 4321);
  const all: Compared[] = [];
  for (const prompt of promptsOf(world)) {
    const ours = await scoresOfOurs(world, prompt, rows, size.draws);
    for (const framework of studentFrameworks) {
      const found = recorded(framework);
      if (found === undefined) continue;
      const scores = scoresAs(found, world, prompt, rows, size.draws);
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

/** True rules found under every framework's prompts against gepa's reflection, for the same failures or the same labelled rows. */
export async function compareTeachers(world: World, size: Size): Promise<readonly ComparedTeacher[]> {
  const failures = failuresOf(world, size.reflections);
  const labelled = failures.map(asLabels);
  return [
    ...(await findings(world, failures, "feedback", size.draws)),
    ...(await findings(world, labelled, "labels", size.draws)),
  ];
}

/**
 * Each framework over all worlds together, by what is told: true rules per reflection, summed over worlds. A difference
 * that is within chance in each world is none here.
 */
export function overWorlds(all: readonly ComparedTeacher[]): readonly Compared[] {
  const groups = Map.groupBy(all, ({ told, framework }) => `${told} ${framework}`);
  return [...groups].map(([name, lines]) => {
    const sum = (pick: (one: ComparedTeacher) => number): number => lines.reduce((total, one) => total + pick(one), 0);
    const [own, base] = [sum((one) => one.own), sum((one) => one.base)];
    const standardError = Math.sqrt(sum((one) => one.standardError ** 2));
    const allowed = Math.max(ruleTolerance * base, chance * standardError);
    const share = (value: number): string => `${percent(value / base)} %`;
    return {
      same: Math.abs(own - base) <= allowed,
      line: `teacher over ${lines.length} worlds ${name}: ${share(own - base)} +- ${share(standardError)} from gepa, allowed ${share(allowed)}`,
    };
  });
}

async function findings(
  world: World,
  groups: Parameters<typeof findingsAs>[2],
  told: Told,
  draws: number,
): Promise<readonly ComparedTeacher[]> {
  const mean = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const base = await findingsAs("gepa", world, groups, told, draws);
  const all: ComparedTeacher[] = [];
  for (const framework of told === "feedback" ? reflectors : inducers) {
    const counts = await findingsAs(framework, world, groups, told, draws);
    const gap = difference(counts, base);
    const allowed = Math.max(ruleTolerance * mean(base), chance * gap.standardError);
    const line = `teacher ${world.name} ${told} ${framework}: ${mean(counts).toFixed(2)} true rules a prompt, gepa ${mean(base).toFixed(2)}, difference ${gap.mean.toFixed(3)} +- ${gap.standardError.toFixed(3)}, allowed ${allowed.toFixed(3)} (${groups.length} prompts)`;
    const { standardError } = gap;
    const known = knownDifferences[`${told} ${framework}`] ?? knownDifferences[`${told} ${framework} ${world.name}`];
    all.push({
      framework,
      told,
      own: mean(counts),
      base: mean(base),
      standardError,
      same: Math.abs(gap.mean) <= allowed,
      line,
      ...(known !== undefined && { known }),
    });
  }
  return all;
}
