import type { Row } from "@cultivar/core";
import type { Draft, Proposed, Trial } from "./moves.ts";
import type { Arrival, Pool, Sighting } from "./pool.ts";
import { leaderOf, memberOf, witnessed } from "./pool.ts";

/** A draft with its candidate's hash. */
export type Hashed = Draft & { readonly hash: string };

/** What one step found. */
export interface Step extends Proposed {
  /** The move that was made; empty when none had anything to try. */
  readonly move: string;
  readonly outcome: Accepted | Rejected;
}

export interface Accepted {
  readonly kind: "accepted";
  readonly draft: Hashed;
  /** The parent that it was measured against. */
  readonly base: number;
  readonly trial: Trial;
  /** Aligned with val; undefined where it was not looked at. */
  readonly rows: readonly (Row | undefined)[];
  readonly seen: readonly Sighting[];
}

export interface Rejected {
  readonly kind: "rejected";
  readonly why: string;
  /** Nothing was evaluated but the parent. */
  readonly idle?: true;
  /** It may hold words of held-out rows: no proposer may see it. */
  readonly withheld?: true;
  /** What was turned down, when there was something. */
  readonly draft?: Hashed;
  readonly seen?: readonly Sighting[];
}

/** What {@link admit} goes by. */
export interface Rules {
  /** Texts that take turns. */
  readonly texts: number;
  /** Ids of val. */
  readonly val: readonly string[];
  /** Width of the metric's range. */
  readonly width: number;
}

/** The pool after a step, in step order; `left` evaluations are left then. Pure. */
export function admit(pool: Pool, step: Step, left: number, rules: Rules): Pool {
  const { advanced, seen = [] } = step;
  const outcome = undoubled(pool, step.outcome);
  const members = witnessed(pool.members, [...seen, ...(outcome.seen ?? [])], rules.val, rules.width);
  if (advanced !== undefined)
    members[advanced] = { ...members[advanced]!, turn: (members[advanced]!.turn + 1) % rules.texts };
  const shown = new Map(pool.shown);
  for (const id of step.shown ?? []) shown.set(id, (shown.get(id) ?? 0) + 1);
  // what was seen of members may have made another one the believed best
  const hasNewLeader = leaderOf(members) !== leaderOf(pool.members);
  const tried = step.tried === undefined ? pool.tried : new Set([...pool.tried, ...step.tried]);
  const merges = mergesAfter(pool, step, outcome);
  const next = { ...pool, members, shown, tried, left, merges, steps: pool.steps + 1 };
  if (outcome.kind === "rejected") {
    const { draft, why, idle = false, withheld } = outcome;
    return {
      ...next,
      rejected:
        draft === undefined ? pool.rejected : [...pool.rejected, { ...draft, why, ...(withheld && { withheld }) }],
      records: counted(pool, step, outcome, false),
      idle: idle ? pool.idle + 1 : 0,
      idleWhy: idle ? why : "",
      stale: hasNewLeader ? 0 : pool.stale + 1,
      gains: draft === undefined ? pool.gains : [...pool.gains, 0],
    };
  }
  const { parents } = outcome.draft;
  const child = memberOf(
    arrivalOf(outcome),
    members,
    Math.max(...parents.map((place) => members[place]!.turn)),
    rules.width,
  );
  const lead = child.quality.mean - members[leaderOf(members)]!.quality.mean;
  return {
    ...next,
    members: [...members, child],
    records: counted(pool, step, outcome, child.quality.mean > members[outcome.base]!.quality.mean),
    idle: 0,
    idleWhy: "",
    stale: lead > 0 || hasNewLeader ? 0 : pool.stale + 1,
    gains: [...pool.gains, Math.max(0, lead)],
  };
}

/** Steps in flight together may come to one candidate: it is a member once. */
function undoubled({ members }: Pool, outcome: Step["outcome"]): Step["outcome"] {
  if (outcome.kind === "rejected" || !members.some(({ hash }) => hash === outcome.draft.hash)) return outcome;
  const { draft, seen } = outcome;
  return { kind: "rejected", why: "the candidate is known", idle: true, draft, seen };
}

function arrivalOf({ draft, base, trial, rows }: Accepted): Arrival {
  const { candidate, hash, parents } = draft;
  return {
    candidate,
    hash,
    parents,
    base,
    val: rows,
    ...(trial.train !== undefined && { train: trial.train }),
    ...(trial.promise !== undefined && { promise: trial.promise }),
  };
}

function mergesAfter({ merges }: Pool, { marks, done }: Step, outcome: Step["outcome"]): Pool["merges"] {
  // a look at a member does not take the turn of a merge
  if (done !== undefined) return merges;
  const tried = marks === undefined ? merges.tried : new Set([...merges.tried, ...marks]);
  const { earnedAt, accepted } = merges;
  if (outcome.kind === "rejected") return { earnedAt, accepted, fresh: false, tried };
  if (marks !== undefined) return { earnedAt, accepted: accepted + 1, fresh: false, tried };
  return { earnedAt: [...earnedAt, accepted], accepted, fresh: true, tried };
}

/** The track records after a step that proposed something. */
function counted({ records }: Pool, { move }: Step, { draft }: Step["outcome"], won: boolean): Pool["records"] {
  const counts = new Map(records);
  // a move that found nothing to try was tried all the same
  const names = move === "" ? [] : [move];
  if (draft?.component !== undefined) names.push(`component ${draft.component}`);
  for (const name of names) {
    const { tries, wins } = counts.get(name) ?? { tries: 0, wins: 0 };
    counts.set(name, { tries: tries + 1, wins: wins + (won ? 1 : 0) });
  }
  return counts;
}
