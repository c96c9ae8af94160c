import type { ComponentId, DemoRow, ExampleId, Rng, Row, Study } from "@cultivar/core";
import { canonicalJson, encodeDemos, noDemos } from "@cultivar/core";
import { composeDemos } from "../demos/compose-demos.ts";
import { demoComponents } from "../demos/demo-components.ts";
import { labelledPools } from "../demos/labelled-demos.ts";
import { tracedDemo } from "../demos/traced-demo.ts";

/** What demo sets are made of. */
export interface DemoGrounds {
  readonly study: Study;
  /** Train rows of the program, with traces; others are left aside. */
  readonly rows: readonly Row[];
  /** Whether a run is good enough to be shown. */
  readonly passes: (row: Row) => boolean;
  /** Demos taken from runs per set, from 0. */
  readonly maxBootstrapped: number;
  /** Labelled demos fill a set up to this many in all, from 0. */
  readonly maxLabeled: number;
  /** Names streams of random numbers: other ones for each set of proposals. */
  readonly label: string;
}

/** Tries per set: a small pool gives few distinct ones. */
const triesPerSet = 4;

/**
 * Up to `count` distinct demo sets for each demo component, as component values: none, labels only, runs in train order
 * filled up with labels, then shuffled ones of random size; every other one of these takes labels of rows that failed
 * first. Sets of the same demos in another order count as one. A module's demos from runs are its own part of the runs
 * that passed; core leaves a row's own demo out (law 5). Costs nothing: all comes from runs that were made. Source: the
 * demo sets of MIPRO (Opsahl-Ong et al., 2024, section 4); failures first is ours.
 */
export function demoSets(grounds: DemoGrounds, count: number): ReadonlyMap<ComponentId, readonly string[]> {
  const { study, rows, passes, maxBootstrapped, maxLabeled, label } = grounds;
  const pools = labelledPools(study);
  const byId = new Map(rows.map((row) => [row.id, row]));
  const seen = [...new Set(study.train.map(({ id }) => id))].flatMap((id) => byId.get(id) ?? []);
  const failed = new Set(seen.filter((row) => row.score !== undefined && !passes(row)).map(({ id }) => id));
  return new Map(
    demoComponents(study.space).map((id) => {
      const rng = study.rng(`${label}/${id}`);
      const runs = seen.flatMap((row) => (passes(row) && row.trace ? (tracedDemo(row.trace, id, row.id) ?? []) : []));
      const traced = composeDemos(runs, [], 0, rng);
      const stock = { traced, pool: pools.get(id) ?? [], failed, maxBootstrapped, maxLabeled };
      return [id, distinct(setsOf(stock, count, rng), count)] as const;
    }),
  );
}

/** What the sets of one module are drawn from; no input comes twice in `traced`. */
interface Stock extends Pick<DemoGrounds, "maxBootstrapped" | "maxLabeled"> {
  readonly traced: readonly DemoRow[];
  readonly pool: readonly DemoRow[];
  readonly failed: ReadonlySet<ExampleId>;
}

/** The sets in the order in which they are tried, repeats included. */
function* setsOf(stock: Stock, count: number, rng: Rng): Generator<readonly DemoRow[]> {
  const { traced, pool, failed, maxBootstrapped, maxLabeled } = stock;
  yield [];
  yield composeDemos([], pool, maxLabeled, rng);
  yield composeDemos(traced.slice(0, maxBootstrapped), pool, maxLabeled, rng);
  const bad = pool.filter(({ source }) => source !== undefined && failed.has(source));
  const most = Math.max(maxBootstrapped, maxLabeled);
  if (most === 0) return;
  for (let i = 0; i < triesPerSet * count; i++) {
    const size = 1 + rng.int(most);
    const own = rng.sample(traced, maxBootstrapped === 0 ? 0 : 1 + rng.int(maxBootstrapped));
    const first = i % 2 === 1 ? rng.sample(bad, maxLabeled) : [];
    yield composeDemos([...first, ...own].slice(0, size), pool, Math.min(size, maxLabeled), rng);
  }
}

/** The first `count` values, each set of demos once, in whatever order. */
function distinct(sets: Iterable<readonly DemoRow[]>, count: number): readonly string[] {
  const found = new Map<string, string>();
  for (const rows of sets) {
    if (found.size >= count) break;
    const key = canonicalJson(rows.map((row) => canonicalJson(row)).toSorted());
    if (!found.has(key)) found.set(key, rows.length === 0 ? noDemos : encodeDemos({ rows }));
  }
  return [...found.values()];
}
