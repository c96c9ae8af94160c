import type { Candidate, ComponentId, Row } from "@cultivar/core";
import type { AcceptRule } from "./acceptance.ts";
import type { Batch, BatchRule } from "./batches.ts";
import type { ComponentRule } from "./components.ts";
import type { Belief } from "../beliefs/evidence.ts";
import { combined, meanOf, pairedEvidence } from "../beliefs/evidence.ts";
import type { Desk, Draft, Move, Trial } from "./moves.ts";
import type { ParentRule } from "./parents.ts";
import type { Member, Pool } from "./pool.ts";
import { lastSeen, noPromise } from "./pool.ts";
import type { RewriteRule, Rewriting } from "./rewrite.ts";

export interface ReflectionRules {
  readonly batches: BatchRule;
  readonly parents: ParentRule;
  readonly components: ComponentRule;
  readonly accept: AcceptRule;
  readonly rewrite: RewriteRule;
}

/**
 * Reflective mutation (GEPA, algorithm 1, lines 7 to 17): a parent, a batch of train rows with traces and feedback, a
 * text rewritten in their light, and the same rows again. For each text that changes, the calls of `models.reflect` that the
 * rewrite rule makes.
 */
export function reflection(rules: ReflectionRules): Move {
  const { batches, parents, components, accept, rewrite } = rules;
  const names = [batches, parents, components, accept, rewrite].map(({ name }) => name);
  return {
    name: `reflection(${names.join(", ")})`,
    cost: ({ train }) => Math.min(batches.most.looked, train.length) + Math.min(batches.most.tested, train.length),
    urge: (_pool, { space }) => (Object.values(space).some(({ kind }) => kind === "text") ? 1 : 0),
    async propose(desk) {
      const { study, pool, step, texts, stream } = desk;
      const rng = stream(`parent ${step}`);
      const place = parents.choose(pool.members, rng);
      const parent = pool.members[place]!;
      const batch = await batches.take({ ...glance(desk, place), ids: study.train.map(({ id }) => id), step });
      const seen = [{ place, split: "train" as const, rows: batch.rows }];
      const idle = nothingToDo(batch.rows, study.range[1]);
      if (idle !== undefined) return { idle, seen };
      const record = (id: ComponentId) => pool.records.get(`component ${id}`) ?? { tries: 0, wins: 0 };
      const changed = components.choose({ parent, texts, rows: batch.rows, top: study.range[1], record, rng });
      const rewritten = await Promise.all(
        changed.map(async (id) => {
          const told = { study, id, candidate: parent.candidate, rows: batch.rows, refused: refusedOf(pool, id) };
          return { id, found: await rewrite.rewrite(told) };
        }),
      );
      const fresh = rewritten.flatMap(({ id, found }) => ("text" in found ? [[id, found.text] as const] : []));
      const shown = batch.test.flatMap(({ id, score }) => (score === study.range[1] ? [] : [id]));
      if (fresh.length === 0) {
        const why = rewritten.map(({ found }) => ("text" in found ? "" : found.rejected));
        return { idle: [...new Set(why)].join("; "), seen, shown, advanced: place };
      }
      const candidate = { ...parent.candidate, ...Object.fromEntries(fresh) };
      const draft: Draft = {
        candidate,
        parents: [place],
        ...(changed.length === 1 && { component: changed[0]! }),
        why: `reflection on ${batch.rows.length} train rows`,
        test: () => tested(desk, parent, candidate, batch, accept),
      };
      return { draft, seen, shown, advanced: place };
    },
  };
}

/** Why there is nothing to learn from a batch; undefined when there is something. */
function nothingToDo(rows: readonly Row[], top: number): string | undefined {
  if (rows.every(({ score }) => score === top)) return "the batch was solved";
  if (rows.some(({ score }) => score !== undefined)) return undefined;
  const message = rows.at(-1)!.failure?.message;
  return `no row of the batch could be scored${message === undefined ? "" : `: ${message}`}`;
}

/** Texts for a component that were turned down. */
function refusedOf({ rejected }: Pool, id: ComponentId): Rewriting["refused"] {
  return rejected.flatMap(({ component, candidate: { [id]: text }, why, withheld }) =>
    component === id && text !== undefined ? [{ text, why, ...(withheld && { withheld }) }] : [],
  );
}

/** What is known of a parent on train, and how to see more. */
function glance({ study, pool, stream }: Desk, place: number): Omit<Parameters<BatchRule["take"]>[0], "ids" | "step"> {
  const { candidate, train } = pool.members[place]!;
  return {
    stream,
    own: (id) => train.get(id),
    known: (id) => lastSeen(pool.members, place, id),
    shown: (id) => pool.shown.get(id) ?? 0,
    top: study.range[1],
    look: async (ids) => (await study.evaluate({ candidate, split: "train", ids, capture: "trace" })).rows,
  };
}

async function tested(
  { study, width }: Desk,
  parent: Member,
  candidate: Candidate,
  { rows: shown, test }: Batch,
  accept: AcceptRule,
): Promise<Trial> {
  const ids = test.map(({ id }) => id);
  const { rows } = await study.evaluate({ candidate, split: "train", ids, capture: "trace" });
  if (!accept.accepts(test, rows)) return { refusal: "no better on its batch", train: rows };
  const top = study.range[1];
  const isRight = (score: number | undefined): boolean => score === top;
  const hasRight = shown.some(({ score }) => isRight(score)) || [...parent.train.values()].some(isRight);
  return { train: rows, promise: promiseOf({ parent, before: test, after: rows, top, hasRight, width }) };
}

/** A test on train rows that a parent was itself seen on: failures, and rows that it had right. */
export function ownRows(
  desk: Desk,
  place: number,
  candidate: Candidate,
  accept: AcceptRule,
  most: number,
): Draft["test"] | undefined {
  const parent = desk.pool.members[place]!;
  const top = desk.study.range[1];
  const failing = [...parent.train].filter(([, score]) => score < top).slice(-most);
  if (failing.length < Math.min(3, most)) return undefined;
  const right = [...parent.train].filter(([, score]) => score === top).slice(-Math.ceil(most / 2));
  const test = [...failing, ...right].map(([id, score]) => ({ id, score }));
  return () => tested(desk, parent, candidate, { rows: test, test }, accept);
}

interface Tested {
  readonly parent: Member;
  /** Rows of the parent and of its child, aligned. */
  readonly before: readonly Row[];
  readonly after: readonly Row[];
  readonly top: number;
  /** Whether the parent was seen to get any row right. */
  readonly hasRight: boolean;
  readonly width: number;
}

/**
 * What the test lets expect of the gain on all rows. The batch holds more failures than a random one: so the mean
 * differences on rows that the parent failed and on those that it had right are weighted by how many there are of each.
 * Without that, whatever is drawn afresh (a model's slips, flipped labels) would pass for gain. Source: stratified
 * sampling (Cochran, 1977, chapter 5).
 */
function promiseOf({ parent, before, after, top, hasRight, width }: Tested): Belief {
  const [failed, right] = [true, false].map((fails) => {
    const places = before.flatMap(({ score }, i) => (score !== undefined && score < top === fails ? [i] : []));
    const scores = (rows: readonly Row[]): readonly (number | undefined)[] => places.map((i) => rows[i]?.score);
    return { loss: top - meanOf(scores(before)), evidence: pairedEvidence(scores(before), scores(after), width) };
  });
  const prior = noPromise(width);
  if (failed?.evidence === undefined) return prior;
  // where nothing is ever right, as with many graded metrics, rows that fail are all rows
  if (right?.evidence === undefined) return hasRight ? prior : combined(prior, failed.evidence);
  const share = Math.min(1, Math.max(0, (top - parent.quality.mean) / failed.loss));
  const gain = {
    mean: share * failed.evidence.mean + (1 - share) * right.evidence.mean,
    variance: share ** 2 * failed.evidence.variance + (1 - share) ** 2 * right.evidence.variance,
  };
  return combined(prior, gain);
}
