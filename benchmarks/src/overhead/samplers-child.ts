import { rng } from "@cultivar/core";
import type { Axis, Observation, Sampler } from "@cultivar/optimizers";
import { gaussianProcess, tpe, uniform } from "@cultivar/optimizers";
import { timed } from "./measure.ts";

// Arguments: name of the sampler, observations, axes, values of an axis, modules, suggestions.
const [name, ...figures] = process.argv.slice(2);
const [observations, axes, size, modules, suggestions] = figures.map(Number) as [
  number,
  number,
  number,
  number,
  number,
];

const samplers: Readonly<Record<string, () => Sampler>> = { tpe, gaussianProcess, uniform: () => uniform };
const sampler = samplers[name!]!();
const space = Array.from({ length: axes }, (_, index): Axis => ({
  name: `axis ${index}`,
  group: `module ${index % modules}`,
  size,
}));
const draw = rng(0, "history");
/** What each value of an axis is worth, so that there is something to find. */
const worth = space.map(() => Array.from({ length: size }, () => draw.next()));
const history = Array.from({ length: observations }, (_, index): Observation => {
  const point = space.map(() => draw.int(size));
  const truth = point.reduce((sum, value, axis) => sum + worth[axis]![value]!, 0) / axes;
  // One in eight was scored on all of val, the others on a minibatch.
  const rows = index % 8 === 0 ? 200 : 35;
  let right = 0;
  for (let row = 0; row < rows; row++) right += draw.next() < truth ? 1 : 0;
  return { point, value: right / rows, rows };
});

const suggest = async (count: number, label: string): Promise<void> => {
  for (let index = 0; index < count; index++) sampler.suggest(history, space, rng(index, label));
};
await suggest(5, "warm");
const { cpuUsPerCall } = await timed(suggestions, () => suggest(suggestions, "measured"));
process.stdout.write(JSON.stringify({ cpuMs: cpuUsPerCall / 1000 }));
