import type { Candidate, ComponentId, DemoRow, Study } from "@cultivar/core";
import { encodeDemos } from "@cultivar/core";
import { demoComponents } from "./demo-components.ts";
import { composeDemos } from "./compose-demos.ts";

/** Every labelled train row that fits a demo component, in train order, by component. */
export type LabelledPools = ReadonlyMap<ComponentId, readonly DemoRow[]>;

/** Reads the pools once: each component has its own, and none shrinks by what another one takes. */
export function labelledPools(study: Study): LabelledPools {
  const pools = new Map<ComponentId, readonly DemoRow[]>();
  for (const id of demoComponents(study.space)) {
    const rows: DemoRow[] = [];
    for (const example of study.train) {
      const demo = study.labelledDemo(id, example);
      if (demo !== undefined) rows.push({ ...demo, source: example.id });
    }
    pools.set(id, rows);
  }
  return pools;
}

/**
 * `base` with `traced` demos followed by a sample of labelled ones, up to `most` in all, in each demo component. A
 * component that would get none keeps its value. Each component draws from its own stream, named by `label`.
 */
export function withDemos(
  study: Study,
  base: Candidate,
  options: {
    readonly traced?: ReadonlyMap<ComponentId, readonly DemoRow[]>;
    readonly pools: LabelledPools;
    readonly most: number;
    readonly label: string;
  },
): Candidate {
  const values: Record<ComponentId, string> = {};
  for (const [id, pool] of options.pools) {
    const rows = composeDemos(options.traced?.get(id) ?? [], pool, options.most, study.rng(`${options.label}/${id}`));
    if (rows.length > 0) values[id] = encodeDemos({ rows });
  }
  return { ...base, ...values };
}
