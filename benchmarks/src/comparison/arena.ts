import type { World, WorldName, WorldProgram, WorldRow } from "@cultivar/adapters/simulated";
import { metricOf, optimumOf, programOf, simulated, worlds } from "@cultivar/adapters/simulated";
import type { Candidate, Models, Vary } from "@cultivar/core";
import { candidateHash, evaluate, rng, spaceOf } from "@cultivar/core";
import type { RunSpec } from "./run-record.ts";

/** Everything of one world that all runs share. */
export interface Arena {
  readonly world: World;
  readonly program: WorldProgram;
  readonly models: Models;
  /** Choices that are part of the task: which student each module uses, where the world offers several. */
  readonly vary: Vary;
  readonly baseline: Candidate;
  readonly optimum: Candidate;
  /** Train and val rows of a run, drawn apart from each other and from test. */
  draw(
    seed: number,
    sizes: RunSpec["rows"],
  ): { readonly train: readonly WorldRow[]; readonly val: readonly WorldRow[] };
  /** The first `count` test rows. */
  test(count: number): readonly WorldRow[];
  /** Mean over the test rows without flips; remembered by candidate. */
  score(candidate: Candidate, testRows: number): Promise<number>;
}

/** Rows that runs draw their train and val from. */
const poolSize = 3000;
/**
 * Seeds of each world's rows: test first, then the pool. The first seed from 20,260 on whose first 2,000 test rows are
 * typical: baseline and optimum score within one standard error of what the world declares for all its rows.
 */
const firstRowSeed = 20_260;
const rowSeeds: Readonly<Record<string, number>> = {
  "contract-review": 20_261,
  "refund-decisions": 20_261,
  "voice-commands": 20_262,
  "claims-pipeline": 20_263,
  "lead-scoring": 20_261,
};

/** Sets up a world. Throws for a name that no world has. */
export function arena(name: string): Arena {
  const world = worldOf(name);
  const program = programOf(world);
  const kinds = Object.keys(world.students ?? {});
  const choices = Object.fromEntries(
    kinds.map((student) => [student, simulated({ world, role: "student", student })] as const),
  );
  const teacher = simulated({ world, role: "teacher" });
  const models: Models = {
    default: choices[kinds[0] ?? ""] ?? simulated({ world, role: "student" }),
    reflect: teacher,
    judge: teacher,
    ...(kinds.length > 0 && { choices }),
  };
  const vary: Vary =
    kinds.length === 0 ? {} : Object.fromEntries(world.program.modules.map(({ name: one }) => [`${one}.model`, kinds]));
  const declared = Object.entries(spaceOf(program)).map(([id, spec]) => [id, spec.initial] as const);
  const baseline: Candidate = {
    ...Object.fromEntries(declared),
    ...Object.fromEntries(Object.keys(vary).map((id) => [id, kinds[0]!])),
  };
  const scores = new Map<string, Promise<number>>();
  const rowsOf = new Map<number, readonly WorldRow[]>();
  const rows = (test: number): readonly WorldRow[] => {
    const known = rowsOf.get(test) ?? world.examples(test + poolSize, rowSeeds[name] ?? firstRowSeed);
    rowsOf.set(test, known);
    return known;
  };
  return {
    world,
    program,
    models,
    vary,
    baseline,
    optimum: optimumOf(world, baseline),
    draw: (seed, sizes) => {
      const pool = rows(sizes.test).slice(sizes.test);
      const drawn = rng(seed, `rows of ${name}`).sample(pool, sizes.train + sizes.val);
      return { train: drawn.slice(0, sizes.train), val: drawn.slice(sizes.train) };
    },
    test: (count) => rows(count).slice(0, count),
    score: (candidate, test) => {
      const key = `${test} ${candidateHash(candidate)}`;
      const known = scores.get(key) ?? meanOf(program, models, candidate, world, rows(test).slice(0, test));
      scores.set(key, known);
      return known;
    },
  };
}

function worldOf(name: string): World {
  if (Object.hasOwn(worlds, name)) return worlds[name as WorldName];
  throw new Error(`--worlds: expected some of ${Object.keys(worlds).join(", ")}, got ${JSON.stringify(name)}`);
}

async function meanOf(
  program: WorldProgram,
  models: Models,
  candidate: Candidate,
  world: World,
  data: readonly WorldRow[],
): Promise<number> {
  const { score, unscored } = await evaluate(program, { models, candidate, data, metric: metricOf(world) });
  if (score.mean === undefined || unscored > 0)
    throw new Error(`${world.name}: expected every test row to be scored, ${unscored} were not`);
  return score.mean;
}
