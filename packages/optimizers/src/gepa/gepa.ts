import type { Candidate, ComponentId, Optimizer, Rng, Row, Study } from "@cultivar/core";
import { candidateHash, inOrder, isCultivarError } from "@cultivar/core";
import { wholeNumber } from "../demos/limits.ts";
import type { AcceptRule } from "./acceptance.ts";
import { improves } from "./acceptance.ts";
import type { BatchRule } from "./batches.ts";
import { epochs } from "./batches.ts";
import type { ComponentRule } from "./components.ts";
import { roundRobin } from "./components.ts";
import { merge, testRows } from "./merge.ts";
import { ascending, byInstance, prune } from "./pareto.ts";
import type { ParentRule } from "./parents.ts";
import { pareto } from "./parents.ts";
import type { Pool } from "./pool.ts";
import { memberOf } from "./pool.ts";
import { reflect } from "./reflect.ts";

export interface GepaOptions {
  /** The train rows of each step. Default `epochs(3)`. */
  readonly batches?: BatchRule;
  readonly parents?: ParentRule;
  readonly components?: ComponentRule;
  readonly accept?: AcceptRule;
  /** Accepted merges at most; 0 turns merging off. Default 5. */
  readonly merges?: number;
  /** Proposals in flight; changes the result. Default 1. */
  readonly width?: number;
}

/** The algorithm and the defaults of the paper's reference implementation. */
export const published: Required<GepaOptions> = {
  batches: epochs(3),
  parents: pareto(byInstance),
  components: roundRobin,
  accept: improves,
  merges: 5,
  width: 1,
};

/** What one step found. */
interface Step {
  /** The place whose next text has had its turn; undefined for merges. */
  readonly advanced?: number;
  /** Merges that were tried. */
  readonly marks: readonly string[];
  readonly outcome: Accepted | Rejected;
}

interface Accepted {
  readonly kind: "accepted";
  readonly candidate: Candidate;
  readonly parents: readonly number[];
  readonly rows: readonly Row[];
}

interface Rejected {
  readonly kind: "rejected";
  readonly why: string;
  /** Nothing was evaluated but the parent. */
  readonly idle?: true;
  /** The text that was turned down, when there was one. */
  readonly proposal?: { readonly component: ComponentId; readonly candidate: Candidate };
}

/** After so many steps in a row without anything to try the search has run dry; at least two passes over train. */
const idleSteps = 20;

/** Val rows on which a merge must hold its ground before it is scored on all of them. */
const mergeRows = 5;

/**
 * Reflective Pareto evolution: a parent that is best on some val rows, a batch of train rows with their traces and
 * feedback, a text rewritten by the reflection model in their light, the same batch again; when that is better, all of
 * val. Now and then two lines of descent are merged.
 * Source: Agrawal et al., 2025, "GEPA: Reflective Prompt Evolution Can Outperform Reinforcement Learning"
 * (arXiv 2507.19457), algorithms 1, 2 and 4. Differs: rows that were paid for are not run again; nothing is proposed when
 * a full step no longer fits into the budget; a reply without a finished block is no text.
 * Costs per step at most 2 batches and one pass over val, and one call of `models.reflect`.
 * Throws `config` errors for options out of range.
 */
export function gepa(options: GepaOptions = {}): Optimizer {
  const settings = { ...published, ...options };
  const { batches, parents, components, accept } = settings;
  const merges = wholeNumber("gepa", "merges", settings.merges, 0);
  const width = wholeNumber("gepa", "width", settings.width, 1);
  const names = [batches, parents, components, accept].map(({ name }) => name);
  return {
    name: "gepa",
    options: { batches: names[0], parents: names[1], components: names[2], accept: names[3], merges, width },
    async run(study) {
      const texts = Object.keys(study.space).filter((id) => study.space[id]!.kind === "text");
      if (texts.length === 0) {
        study.note({ type: "remark", text: "gepa: nothing to evolve, the program has no text that may change" });
        return;
      }
      const ids = study.train.map((example) => example.id);
      const last = await inOrder<Pool, Step>(study, {
        width,
        state: firstPool(study),
        cost: 2 * Math.min(batches.size, ids.length) + study.val.length,
        start: async (step, pool, own) => {
          const stream = (label: string): Rng => own.rng(`gepa/${label}`);
          const { due, fresh } = pool.merges;
          const merged = due > 0 && fresh ? await tryMerge(own, pool, stream(`merge ${step}`)) : undefined;
          const rows = batches.rows(ids, step, stream);
          return merged ?? evolve({ study: own, pool, texts, settings, ids: rows, rng: stream(`parent ${step}`) });
        },
        commit: (pool, step) => admit(pool, step, merges, texts.length),
        until: ({ idle }) => idle >= Math.max(idleSteps, 2 * Math.ceil(ids.length / batches.size)),
      });
      study.note({ type: "remark", text: `gepa: stopped after ${last.idle} steps in a row that found nothing to try` });
    },
  };
}

/** The baseline alone. */
function firstPool(study: Study): Pool {
  return {
    members: [memberOf(study.baseline, [], study.best().rows, 0)],
    merges: { due: 0, accepted: 0, fresh: false, tried: new Set() },
    idle: 0,
    rejected: [],
  };
}

interface Evolution {
  readonly study: Study;
  readonly pool: Pool;
  readonly texts: readonly ComponentId[];
  readonly settings: Required<GepaOptions>;
  readonly ids: readonly string[];
  readonly rng: Rng;
}

/** One reflective mutation (algorithm 1, lines 7 to 17). */
async function evolve({ study, pool, texts, settings, ids, rng }: Evolution): Promise<Step> {
  const place = settings.parents.choose(pool.members, rng);
  const parent = pool.members[place]!;
  const step = (outcome: Accepted | Rejected, advanced = true): Step => ({
    outcome,
    marks: [],
    ...(advanced && { advanced: place }),
  });
  const before = await study.evaluate({ candidate: parent.candidate, split: "train", ids, capture: "trace" });
  if (before.rows.every((row) => row.score === study.range[1]))
    return step({ kind: "rejected", why: "the batch was solved", idle: true }, false);
  const changed = settings.components.choose(parent, texts);
  let child = parent.candidate;
  for (const id of changed) {
    const rewrite = await reflect(study, id, parent.candidate, before.rows);
    if ("rejected" in rewrite) return step({ kind: "rejected", why: rewrite.rejected, idle: true });
    child = { ...child, [id]: rewrite.text };
  }
  const component = changed[0]!;
  const proposal = { component, candidate: child };
  if (isKnown(pool, child)) return step({ kind: "rejected", why: "the candidate is known", idle: true, proposal });
  study.note({
    type: "proposal",
    candidate: child,
    parents: [parent.candidate],
    ...(changed.length === 1 && { component }),
    why: `reflection on ${ids.length} train rows`,
  });
  try {
    const after = await study.evaluate({ candidate: child, split: "train", ids, capture: "score" });
    if (!settings.accept.accepts(before.rows, after.rows))
      return step({ kind: "rejected", why: "no better on its batch", proposal });
    const { rows } = await study.evaluate({ candidate: child, split: "val", ids: study.val });
    return step({ kind: "accepted", candidate: child, parents: [place], rows });
  } catch (error) {
    // outside the space, or a text that leaks held-out rows: a bad proposal, not a broken run
    if (!isCultivarError(error, "candidate")) throw error;
    return step({ kind: "rejected", why: error.message, proposal });
  }
}

/** Whether a candidate was scored on val, or turned down before. */
function isKnown({ members, rejected }: Pool, candidate: Candidate): boolean {
  const hash = candidateHash(candidate);
  return [...members, ...rejected].some((known) => candidateHash(known.candidate) === hash);
}

/** One merge, if there is a pair (algorithm 4): tested on a few val rows against the better parent, then on all. */
async function tryMerge(study: Study, pool: Pool, rng: Rng): Promise<Step | undefined> {
  const { members, merges } = pool;
  const fronts = byInstance.fronts(members);
  const found = merge(members, prune(fronts, ascending(fronts, members)), merges.tried, rng);
  if (found === undefined) return undefined;
  const { candidate, pair, marks } = found;
  const parents = pair.map((place) => members[place]!);
  const rejected = (why: string): Step => ({ outcome: { kind: "rejected", why }, marks });
  const places = testRows(parents[0]!, parents[1]!, mergeRows, rng);
  if (isKnown(pool, candidate) || places.length < mergeRows) return rejected("nothing new to merge");
  study.note({ type: "proposal", candidate, parents: parents.map((one) => one.candidate), why: "merge of two lines" });
  const tested = await study.evaluate({ candidate, split: "val", ids: places.map((i) => study.val[i]!) });
  const needed = Math.max(...parents.map(({ val }) => sum(places.map((i) => val[i]))));
  if (sum(tested.rows.map((row) => row.score)) < needed) return rejected("the merge lost to a parent");
  const { rows } = await study.evaluate({ candidate, split: "val", ids: study.val });
  return { outcome: { kind: "accepted", candidate, parents: pair, rows }, marks };
}

function sum(scores: readonly (number | undefined)[]): number {
  return scores.reduce<number>((total, score) => total + (score ?? 0), 0);
}

/** The pool after a step, in step order. Accepted reflections earn merges, at most `most`; rejected merges use up none. */
function admit(pool: Pool, { outcome, advanced, marks }: Step, most: number, texts: number): Pool {
  const members = pool.members.map((member, place) =>
    place === advanced ? { ...member, turn: (member.turn + 1) % texts } : member,
  );
  const tried = new Set([...pool.merges.tried, ...marks]);
  if (outcome.kind === "rejected") {
    const { proposal, why } = outcome;
    const rejected = proposal === undefined ? pool.rejected : [...pool.rejected, { ...proposal, why }];
    const idle = outcome.idle === true ? pool.idle + 1 : 0;
    return { members, rejected, idle, merges: { ...pool.merges, fresh: false, tried } };
  }
  const { candidate, parents, rows } = outcome;
  const turn = Math.max(...parents.map((place) => members[place]!.turn));
  const isMerge = advanced === undefined;
  const { due, accepted } = pool.merges;
  const merges = isMerge
    ? { due: due - 1, accepted: accepted + 1, fresh: false, tried }
    : { due: due + (accepted < most ? 1 : 0), accepted, fresh: true, tried };
  return { members: [...members, memberOf(candidate, parents, rows, turn)], rejected: pool.rejected, idle: 0, merges };
}
