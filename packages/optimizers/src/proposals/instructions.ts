import type { Candidate, ComponentId, Study } from "@cultivar/core";
import { CultivarError, inOrder, isCultivarError } from "@cultivar/core";
import type { Grounds } from "./grounded.ts";
import { byOutcome, groundedText } from "./grounded.ts";
import type { Rewrite } from "./reply.ts";
import { triage } from "./triage.ts";

/** Texts for components: what was proposed, and why the others were not taken. */
export interface Proposals {
  /** Distinct ones, none of them the present one or tried before; no entry for a component without any. */
  readonly texts: ReadonlyMap<ComponentId, readonly string[]>;
  readonly rejected: readonly string[];
}

/**
 * Up to `count` new texts for each of `ids`, one or two calls of `models.reflect` each, all at once. Failures are sorted
 * into groups first: the first proposal sees some of each, every other one mostly one group, in turn, so that different
 * texts address different mistakes. Equal texts are kept once, in the order in which they were asked for. A text that the
 * run itself would refuse (it repeats words of held-out rows, say) is rejected, and no proposer is told of it.
 * Source: the grounded proposals of MIPRO (Opsahl-Ong et al., 2024, section 4), from declared signatures and observed
 * runs in place of source code; the triage is ours. Throws a `data` error for a row that is not of train.
 */
export async function proposeTexts(grounds: Grounds, ids: readonly ComponentId[], count: number): Promise<Proposals> {
  const { study, base, tried = () => [] } = grounds;
  requireTrain(grounds);
  const own = { ...grounds, rows: [...new Map(grounds.rows.map((row) => [row.id, row])).values()] };
  const asked = ids.flatMap((id) => Array.from({ length: count }, (_, turn) => ({ id, turn })));
  if (asked.length === 0) return { texts: new Map(), rejected: [] };
  const { wrong } = byOutcome(own);
  const groups = new Map(ids.map((id) => [id, triage(study, id, wrong)]));
  const found = await inOrder<readonly Rewrite[], Rewrite>(study, {
    width: asked.length,
    cost: 0,
    steps: asked.length,
    state: [],
    start: async (step, _, chain) => {
      const { id, turn } = asked[step]!;
      const one = await groundedText({ ...own, study: chain }, id, turn, groups.get(id)!);
      return "text" in one ? admitted(chain, { ...base, [id]: one.text }, one) : one;
    },
    commit: (all, one) => [...all, one],
  });
  const texts = new Map<ComponentId, readonly string[]>();
  for (const [i, { id }] of asked.entries()) {
    const one = found[i]!;
    const known = texts.get(id) ?? [];
    const old = [base[id]!, ...tried(id).map(({ text }) => text), ...known];
    if ("text" in one && !old.includes(one.text)) texts.set(id, [...known, one.text]);
  }
  return { texts, rejected: found.flatMap((one) => ("rejected" in one ? [one.rejected] : [])) };
}

/** Why proposals were not taken, for a remark: the first three reasons. */
export function reasons(rejected: readonly string[]): string {
  return [...new Set(rejected)].slice(0, 3).join("; ");
}

/** Law 5, before anything is shown: a held-out row has no place here. */
function requireTrain({ study, rows, label }: Grounds): void {
  const train = new Set(study.train.map(({ id }) => id));
  const stranger = rows.find(({ id }) => !train.has(id));
  if (stranger === undefined) return;
  throw new CultivarError(
    "data",
    `${label}: proposals are made from train rows, got row ${stranger.id}; pass none of val`,
  );
}

/** A text that the run itself would refuse is no proposal. Costs nothing. */
async function admitted(study: Study, candidate: Candidate, found: Rewrite): Promise<Rewrite> {
  try {
    await study.evaluate({ candidate, split: "train", capture: "score", ids: [] });
    return found;
  } catch (error) {
    if (!isCultivarError(error, "candidate")) throw error;
    return { rejected: error.message };
  }
}
