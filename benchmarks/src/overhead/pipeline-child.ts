import { metricOf, programOf, simulated, worldOf } from "@cultivar/adapters/simulated";
import type { WorldName } from "@cultivar/adapters/simulated";
import type { LanguageModel, Target } from "@cultivar/core";
import { artifactFrom, compile, contentHash, printArtifact, rng } from "@cultivar/core";
import { gepa, published } from "@cultivar/optimizers";
import type { Interval } from "./pipeline.ts";
import { longestChain } from "./pipeline.ts";
import { virtualClock } from "./virtual-clock.ts";

// Arguments: published or tuned; a world; width; concurrency; evaluations; milliseconds that a student and a teacher take; rows of
// train and val; seed of the latencies (0: all alike). Prints what the run took in virtual time, and what was called.
const [which, worldName, ...numbers] = process.argv.slice(2);
const [width, concurrency, evaluations, studentMs, teacherMs, rowCount, shuffle] = numbers.map(Number);
const clock = virtualClock();
const seen = { calls: 0, distinct: new Set<string>(), reflections: [] as Interval[] };

/** The model, each reply after its latency: as given, or 0.5 to 1.5 times that, drawn by request. */
function delayed(inner: LanguageModel, latencyMs: number): LanguageModel {
  return {
    ...inner,
    async generate(request, options) {
      const key = contentHash([inner.modelId, request]);
      seen.calls += 1;
      seen.distinct.add(key);
      const factor = shuffle === 0 ? 1 : 0.5 + rng(shuffle!, key).next();
      const from = clock.now();
      await clock.sleep(latencyMs * factor);
      if (inner === teacher) seen.reflections.push({ from, to: clock.now() });
      return inner.generate(request, options);
    },
  };
}
const world = worldOf({ world: worldName as WorldName });
// slips keep both searches at work to the end of the budget
const student = simulated({ world, role: "student", noise: 0.1 });
const teacher = simulated({ world, role: "teacher" });

const rows = world.examples(2 * rowCount!, 7);
const program = programOf(world);
const target = {
  metric: metricOf(world),
  data: { train: rows.slice(0, rowCount), val: rows.slice(rowCount) } as unknown as Target<
    (typeof rows)[number],
    unknown
  >["data"],
  optimizer: gepa({ ...(which === "published" && published), width: width! }),
  budget: { evaluations: evaluations! },
  models: { default: delayed(student, studentMs!), reflect: delayed(teacher, teacherMs!) },
  concurrency: concurrency!,
  fingerprint: "pipeline",
};
const result = await compile(program, target);

process.stdout.write(
  JSON.stringify({
    ms: clock.now(),
    calls: seen.calls,
    distinct: seen.distinct.size,
    reflections: seen.reflections.length,
    depth: longestChain(seen.reflections),
    evaluations: result.evaluations,
    best: result.val.best.mean,
    end: result.end,
    artifact: contentHash(printArtifact(artifactFrom(program, target, result))),
  }),
);
