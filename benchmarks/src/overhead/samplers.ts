import { interleaved, runChild } from "./child.ts";
import type { Figure } from "./measure.ts";
import { figure } from "./measure.ts";
import type { Effort, Section } from "./section.ts";
import { atMost } from "./section.ts";

const names = ["gaussianProcess", "tpe", "uniform"] as const;
const counts = [50, 300, 1000] as const;
const axes = 20;
const values = 12;
const modules = 5;

/** CPU of one suggestion of each sampler after a history of some length: from scratch, since samplers keep nothing. */
export async function samplers({ quick }: Effort): Promise<Section> {
  const rounds = quick ? 3 : 7;
  const suggestions = quick ? 10 : 20;
  const cases = names.flatMap((name) => counts.map((count) => `${name} ${count}` as const));
  const runs = await interleaved(cases, rounds, async (which) => {
    const [name, count] = which.split(" ");
    const args = [name!, count!, axes, values, modules, suggestions];
    return (await runChild<{ readonly cpuMs: number }>("samplers-child.ts", args)).cpuMs;
  });
  const of = (name: (typeof names)[number], count: (typeof counts)[number]): Figure => figure(runs[`${name} ${count}`]);
  return {
    name: `samplers over ${axes} axes of ${values} values in ${modules} modules`,
    method: `CPU per suggestion over ${suggestions} in a fresh process, after 5 that are not counted; ${rounds} processes each; built dist`,
    lines: names.map((name) => ({
      name,
      figures: Object.fromEntries(counts.map((count) => [`ms after ${count}`, of(name, count)])),
    })),
    goals: [
      atMost("gaussianProcess after 1000 observations", of("gaussianProcess", 1000).median, 100, "ms"),
      atMost("tpe after 1000 observations", of("tpe", 1000).median, 20, "ms"),
    ],
  };
}
