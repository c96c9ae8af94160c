import type { Move } from "./moves.ts";
import type { ParentRule } from "./parents.ts";
import { isKnown } from "./pool.ts";
import { awaitsReflection, luck } from "./urges.ts";

/** Another value for one choice (a model, a format, a setting) of a parent. Calls no reflection model. */
export function choosing({ parents }: { readonly parents: ParentRule }): Move {
  const name = `choosing(${parents.name})`;
  return {
    name,
    cost: () => 0,
    urge: (pool, study) =>
      Object.values(study.space).some(({ choices }) => choices !== undefined) && !awaitsReflection(pool, study)
        ? luck(pool.records.get(name))
        : 0,
    propose({ study, pool, step, stream }) {
      const rng = stream(`choice ${step}`);
      const place = parents.choose(pool.members, rng);
      const { candidate } = pool.members[place]!;
      const others = Object.entries(study.space).flatMap(([id, { choices = [] }]) =>
        choices.filter((value) => !isKnown(pool, { ...candidate, [id]: value })).map((value) => ({ id, value })),
      );
      if (others.length === 0) return Promise.resolve({ idle: "nothing else to choose" });
      const { id, value } = rng.pick(others);
      const draft = {
        candidate: { ...candidate, [id]: value },
        parents: [place],
        component: id,
        why: `${id} = ${value}`,
      };
      return Promise.resolve({ draft });
    },
  };
}
