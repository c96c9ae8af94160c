import type { Candidate, DemoRow, Row } from "@cultivar/core";
import { decodeDemos, encodeDemos } from "@cultivar/core";
import { composeDemos } from "../demos/compose-demos.ts";
import { demoComponents } from "../demos/demo-components.ts";
import { wholeNumber } from "../demos/limits.ts";
import { tracedDemo } from "../demos/traced-demo.ts";
import type { AcceptRule } from "./acceptance.ts";
import { improves } from "./acceptance.ts";
import type { Desk, Move } from "./moves.ts";
import { ownRows } from "./reflection.ts";
import type { ParentRule } from "./parents.ts";
import { lastSeen } from "./pool.ts";
import { awaitsReflection, luck } from "./urges.ts";

/**
 * New demos for a parent: labelled train rows, those first that it fails, and for modules that no label fits its own
 * runs that were right. Half the draws add to the demos that are there. Calls no reflection model. `most` demos per
 * module at most.
 * Source: BootstrapFewShot of DSPy, as a move of the search; GEPA itself has none.
 */
export function demonstration({
  parents,
  accept = improves,
  most = 8,
}: {
  readonly parents: ParentRule;
  readonly accept?: AcceptRule;
  readonly most?: number;
}): Move {
  wholeNumber("gepa", "the most demos of demonstration", most, 1);
  const name = `demonstration(${most}, ${parents.name}, ${accept.name})`;
  return {
    name,
    cost: ({ train }) => 3 * Math.min(most, train.length),
    // after the first reflection, which tells failures to learn from
    urge: (pool, study) =>
      demoComponents(study.space).length === 0 || awaitsReflection(pool, study)
        ? 0
        : 0.5 * luck(pool.records.get(name)),
    async propose(desk) {
      const { study, pool, step, stream } = desk;
      const rng = stream(`demos ${step}`);
      const place = parents.choose(pool.members, rng);
      const parent = pool.members[place]!;
      const top = study.range[1];
      const order = rng.shuffle(study.train);
      const known = (id: string): number | undefined => lastSeen(pool.members, place, id);
      const failing = order.filter(({ id }) => (known(id) ?? top) < top);
      const labelled = [...failing, ...order.filter((one) => !failing.includes(one))];
      const size = rng.pick([Math.ceil(most / 2), most]);
      const adds = rng.next() < 0.5;
      const ids = demoComponents(study.space);
      const unlabelled = ids.filter((id) => !study.train.some((example) => study.labelledDemo(id, example)));
      const runs = unlabelled.length === 0 ? [] : await rightRuns(desk, place, size);
      const values: Record<string, string> = {};
      for (const id of ids) {
        const own = adds ? decodeDemos(parent.candidate[id]!).rows.slice(0, most - 1) : [];
        const fresh: DemoRow[] = unlabelled.includes(id)
          ? runs.flatMap((row) => tracedDemo(row.trace!, id, row.id) ?? [])
          : labelled.slice(0, size).flatMap((example) => study.labelledDemo(id, example) ?? []);
        const rows = composeDemos([...fresh.slice(0, most - own.length), ...own], [], most, rng);
        if (rows.length > 0) values[id] = encodeDemos({ rows });
      }
      const candidate: Candidate = { ...parent.candidate, ...values };
      const seen = runs.length === 0 ? [] : [{ place, split: "train" as const, rows: runs }];
      if (Object.keys(values).length === 0) return { idle: "no demo to show", seen };
      const test = ownRows(desk, place, candidate, accept, most);
      return { draft: { candidate, parents: [place], why: `${size} demos from train`, ...(test && { test }) }, seen };
    },
  };
}

/** The runs of the parent that scored best among a few train rows, and above the worst. */
async function rightRuns({ study, pool, stream, step }: Desk, place: number, count: number): Promise<readonly Row[]> {
  const top = study.range[1];
  const order = stream(`runs ${step}`).shuffle(study.train.map(({ id }) => id));
  const known = (id: string): number => lastSeen(pool.members, place, id) ?? (study.range[0] + top) / 2;
  const ids = order.sort((a, b) => known(b) - known(a)).slice(0, count);
  const { rows } = await study.evaluate({
    candidate: pool.members[place]!.candidate,
    split: "train",
    ids,
    capture: "trace",
  });
  const best = Math.max(...rows.map(({ score }) => score ?? study.range[0]));
  return rows.filter(({ score, trace }) => score === best && best > study.range[0] && trace !== undefined);
}
