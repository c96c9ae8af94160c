import type { Candidate, Optimizer } from "@cultivar/core";
import { estimate } from "@cultivar/core";
import type { Observation, Point, Sampler } from "@cultivar/optimizers";

/** Values to choose from, by component; those that have none stay as they are. */
export type Choices = Readonly<Record<string, readonly string[]>>;

/**
 * The bare search of a sampler among given values: each point is scored on all of val once, the baseline is the first
 * observation. What Optuna does in the peers' table.
 */
export function onGivenChoices(sampler: Sampler, choices: Choices): Optimizer {
  return {
    name: `given choices, ${sampler.name}`,
    async run(study) {
      const values = Object.entries(choices);
      const axes = values.map(([name, { length }]) => ({ name, group: name.split(".")[0]!, size: length }));
      const points = axes.reduce((product, { size }) => product * size, 1);
      const [worst, best] = study.range;
      const history: Observation[] = [];
      const observe = async (candidate: Candidate, point: Point): Promise<void> => {
        const { rows } = await study.evaluate({ candidate, split: "val", ids: study.val });
        const { mean, n } = estimate(rows.flatMap(({ score }) => score ?? []));
        if (mean !== undefined) history.push({ point, value: (mean - worst) / (best - worst), rows: n });
      };
      const base = values.map(([id, given]) => given.indexOf(study.baseline[id]!));
      if (!base.includes(-1)) await observe(study.baseline, base);
      for (let step = 0; step < points && study.remaining() >= study.val.length; step++) {
        const point = sampler.suggest(history, axes, study.rng(`given choices/${step}`));
        const chosen = values.map(([id, given], i) => [id, given[point[i]!]!] as const);
        const candidate = { ...study.baseline, ...Object.fromEntries(chosen) };
        study.note({ type: "proposal", candidate, parents: [study.baseline], why: `chosen by ${sampler.name}` });
        await observe(candidate, point);
      }
    },
  };
}
