import type { Candidate, ComponentId, DemoRow, Example, ExampleId, Row, Study } from "@cultivar/core";
import { decodeDemos } from "@cultivar/core";
import { demoComponents } from "../demos/demo-components.ts";
import type { LabelledPools } from "../demos/labelled-demos.ts";
import { withDemos } from "../demos/labelled-demos.ts";
import { tracedDemo } from "../demos/traced-demo.ts";

/** The program that makes demos, with what it was already seen to do. */
export interface Teacher {
  /**
   * Its rows with traces on train, for the first of `ids` that can be paid for while one more pass over val stays
   * affordable; rows asked for before cost nothing.
   */
  run(ids: readonly ExampleId[], sample: number): Promise<readonly Row[]>;
}

/** The baseline as teacher; a module without demos gets `most` labelled ones (core hides a row's own from it). */
export function teacherOf(study: Study, pools: LabelledPools, most: number): Teacher {
  const bare = new Map([...pools].filter(([id]) => decodeDemos(study.baseline[id]!).rows.length === 0));
  const candidate: Candidate = withDemos(study, study.baseline, { pools: bare, most, label: "teacher" });
  const seen = new Map<string, Row>();
  return {
    async run(ids, sample) {
      const key = (id: ExampleId): string => `${sample}/${id}`;
      let room = study.remaining() - study.val.length;
      const affordable = ids.filter((id) => seen.has(key(id)) || room-- >= 1);
      const fresh = affordable.filter((id) => !seen.has(key(id)));
      if (fresh.length > 0) {
        const { rows } = await study.evaluate({ candidate, split: "train", capture: "trace", ids: fresh, sample });
        for (const row of rows) seen.set(key(row.id), row);
      }
      return affordable.map((id) => seen.get(key(id))!);
    },
  };
}

/** What to look for among the teacher's runs. */
export interface Rehearsal {
  readonly teacher: Teacher;
  /** Train rows in the order in which to try them. */
  readonly order: readonly Example[];
  /** Passing rows at most. */
  readonly wanted: number;
  /** Replies tried per row. */
  readonly maxRounds: number;
  readonly passes: (row: Row) => boolean;
}

/**
 * The loop of BootstrapFewShot: tries rows in order, each up to `maxRounds` times, until `wanted` have passed. Rows are
 * run in waves of as many as are still wanted: one by one, every row of a wave would be visited too, so waves cost
 * nothing extra.
 */
export async function rehearse({ teacher, order, wanted, maxRounds, passes }: Rehearsal): Promise<readonly Row[]> {
  const passed: Row[] = [];
  for (let next = 0; passed.length < wanted && next < order.length;) {
    const wave = order.slice(next, next + wanted - passed.length).map(({ id }) => id);
    next += wave.length;
    const won = new Map<ExampleId, Row>();
    for (let round = 0; round < maxRounds && won.size < wave.length; round++) {
      const open = wave.filter((id) => !won.has(id));
      for (const row of await teacher.run(open, round)) if (passes(row)) won.set(row.id, row);
    }
    passed.push(...wave.flatMap((id) => won.get(id) ?? []));
  }
  return passed;
}

/** The demos that passing runs give, by demo component: each module's own part of each run. */
export function tracedDemos(study: Study, passed: readonly Row[]): ReadonlyMap<ComponentId, readonly DemoRow[]> {
  return new Map(
    demoComponents(study.space).map((id) => [
      id,
      passed.flatMap((row) => (row.trace === undefined ? [] : (tracedDemo(row.trace, id, row.id) ?? []))),
    ]),
  );
}
