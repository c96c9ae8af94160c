import type { ComponentId, DemoRow, ExampleId, Row, Study } from "@cultivar/core";
import { encodeDemos, noDemos } from "@cultivar/core";
import { demoComponents } from "../demos/demo-components.ts";
import { composeDemos } from "../demos/compose-demos.ts";
import { labelledPools } from "../demos/labelled-demos.ts";
import { tracedDemo } from "../demos/traced-demo.ts";

/** What demo sets are made of. */
export interface DemoGrounds {
  readonly study: Study;
  /** Train rows of the program, with traces. */
  readonly rows: readonly Row[];
  /** Whether a run is good enough to be shown. */
  readonly passes: (row: Row) => boolean;
  /** Demos taken from runs, and demos in all, per set at most. */
  readonly maxBootstrapped: number;
  readonly maxLabeled: number;
  /** Names streams of random numbers: other ones for each set of proposals. */
  readonly label: string;
}

/**
 * Up to `count` distinct demo sets for each demo component, as component values: none, labels only, runs in train order
 * filled up with labels, then shuffled ones of random size, every other one with labels of rows that failed first. A
 * module's demos from runs are its own part of the runs that passed; core leaves a row's own demo out (law 5). Costs
 * nothing: all comes from runs that were made. Source: the demo sets of MIPRO (Opsahl-Ong et al., 2024, section 4);
 * failures first is ours.
 */
export function demoSets(grounds: DemoGrounds, count: number): ReadonlyMap<ComponentId, readonly string[]> {
  const { study, rows, passes, maxBootstrapped, maxLabeled, label } = grounds;
  const pools = labelledPools(study);
  const passed = rows.filter((row) => passes(row) && row.trace !== undefined);
  const failed = new Set<ExampleId>(rows.filter((row) => row.score !== undefined && !passes(row)).map(({ id }) => id));
  const sets = new Map<ComponentId, readonly string[]>();
  for (const id of demoComponents(study.space)) {
    const pool = pools.get(id) ?? [];
    const traced = passed.flatMap((row) => tracedDemo(row.trace!, id, row.id) ?? []);
    const most = Math.max(maxBootstrapped, maxLabeled);
    const found = new Set<string>([noDemos]);
    const add = (demos: readonly DemoRow[]): void => void found.add(encodeDemos({ rows: demos }));
    const stream = study.rng(`${label}/${id}`);
    if (maxLabeled > 0) add(composeDemos([], pool, maxLabeled, stream));
    add(composeDemos(traced.slice(0, maxBootstrapped), pool, maxLabeled, stream));
    // a small pool gives few distinct sets
    for (let i = 0; i < 4 * count && found.size < count && most > 0; i++) {
      const own = stream.shuffle(traced).slice(0, maxBootstrapped === 0 ? 0 : 1 + stream.int(maxBootstrapped));
      const size = 1 + stream.int(most);
      const bad = i % 2 === 1 ? pool.filter(({ source }) => source !== undefined && failed.has(source)) : [];
      const first = stream.shuffle(bad).slice(0, maxLabeled);
      add(
        composeDemos([...(i % 2 === 1 ? [] : own), ...first].slice(0, size), pool, Math.min(size, maxLabeled), stream),
      );
    }
    sets.set(id, [...found].slice(0, count));
  }
  return sets;
}
