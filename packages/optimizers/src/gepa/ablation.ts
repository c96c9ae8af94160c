import type { Move } from "./moves.ts";
import type { ParentRule } from "./parents.ts";
import { isKnown } from "./pool.ts";
import { luck } from "./urges.ts";

/**
 * A text of a parent without one of its lines: what does not earn its place goes, since models follow short texts more
 * surely. The first line, which says what the task is, stays. Calls no reflection model.
 */
export function ablation({ parents }: { readonly parents: ParentRule }): Move {
  const name = `ablation(${parents.name})`;
  return {
    name,
    cost: () => 0,
    urge: (pool) => (pool.members.length < 2 ? 0 : 0.5 * luck(pool.records.get(name))),
    propose({ pool, texts, step, stream, width }) {
      const rng = stream(`ablation ${step}`);
      const place = parents.choose(pool.members, rng);
      const { candidate } = pool.members[place]!;
      const shorter = texts.flatMap((id) => {
        const lines = candidate[id]!.split("\n");
        return lines.flatMap((line, i) =>
          i === 0 || line.trim() === "" ? [] : [{ id, text: lines.filter((_, j) => j !== i).join("\n"), line }],
        );
      });
      const open = shorter.filter(({ id, text }) => !isKnown(pool, { ...candidate, [id]: text }));
      if (open.length === 0) return Promise.resolve({});
      const { id, text, line } = rng.pick(open);
      const why = `without ${JSON.stringify(line.slice(0, 60))}`;
      return Promise.resolve({
        draft: {
          candidate: { ...candidate, [id]: text },
          parents: [place],
          component: id,
          why,
          // at equal scores the shorter text is taken
          test: () => Promise.resolve({ promise: { mean: 0.02 * width, variance: (0.05 * width) ** 2 } }),
        },
      });
    },
  };
}
