import type { Candidate, Optimizer, Rng, Row, Study } from "@cultivar/core";
import { candidateHash, checkCandidate, inOrder, isCultivarError } from "@cultivar/core";
import { whyEnded } from "../beliefs/second-look.ts";
import { wholeNumber } from "../demos/limits.ts";
import type { AcceptRule } from "./acceptance.ts";
import { improves } from "./acceptance.ts";
import type { BatchRule } from "./batches.ts";
import { epochs, failuresFirst } from "./batches.ts";
import { choosing } from "./choosing.ts";
import { completing } from "./completing.ts";
import type { ComponentRule } from "./components.ts";
import { byBlame, roundRobin } from "./components.ts";
import type { Confirmation } from "./confirmation.ts";
import { confirming, noConfirmation } from "./confirmation.ts";
import { demonstration } from "./demonstration.ts";
import { doubted } from "./doubts.ts";
import { merging } from "./merging.ts";
import type { Desk, Draft, Move } from "./moves.ts";
import { byInstance } from "./pareto.ts";
import type { ParentRule } from "./parents.ts";
import { pareto, thompson } from "./parents.ts";
import type { Pool, Sighting } from "./pool.ts";
import { championOf, isKnown, leaderOf, memberOf, noPromise } from "./pool.ts";
import { reflection } from "./reflection.ts";
import type { RewriteRule } from "./rewrite.ts";
import { plainText } from "./rewrite.ts";
import type { Accepted, Rejected, Step } from "./steps.ts";
import { admit } from "./steps.ts";
import type { StopRule } from "./stops.ts";
import { whenDry, whenSolved } from "./stops.ts";
import type { Validation } from "./validation.ts";
import { fullPass, racing } from "./validation.ts";

/** The parts of the search; each is a value, and {@link published} and {@link tuned} hold one of each. */
export interface GepaOptions {
  /** Who is improved. */
  readonly parents?: ParentRule;
  /** On which train rows. */
  readonly batches?: BatchRule;
  /** Which of its texts change. */
  readonly components?: ComponentRule;
  /** How a text is rewritten. */
  readonly rewrite?: RewriteRule;
  /** Whether the new candidate is worth a look at val. */
  readonly accept?: AcceptRule;
  /** Ways to get to a candidate beside reflection: merges, demos, choices, ... */
  readonly moves?: readonly Move[];
  /** How much of val a candidate is scored on. */
  readonly validation?: Validation;
  /** What is done with the last evaluations. */
  readonly confirmation?: Confirmation;
  /** When to stop before the budget does. */
  readonly stops?: readonly StopRule[];
  /** Proposals in flight; changes the result. Default 1. */
  readonly width?: number;
}

/** The algorithm and the numbers of the paper's reference implementation, with merges, which it has off by default. */
export const published: Required<GepaOptions> = {
  parents: pareto(byInstance),
  batches: epochs(3),
  components: roundRobin,
  rewrite: plainText,
  accept: improves,
  moves: [merging(5)],
  validation: fullPass,
  confirmation: noConfirmation,
  // the reference goes on until its budget is used up; this only ends a search that repeats itself
  stops: [whenDry(100)],
  width: 1,
};

/** The parts that are shown to pay in the benchmark: what each is worth there is in benchmarks/README.md. */
export const tuned: Required<GepaOptions> = {
  parents: thompson,
  batches: failuresFirst(),
  components: byBlame,
  // not `wholeText()`: its checks and its memory of what was turned down do not pay in the benchmark
  rewrite: plainText,
  accept: improves,
  // `racing()` leaves stepping stones unfinished: one that no step left behind is scored on all of val
  moves: [completing(1), demonstration({ parents: thompson }), choosing({ parents: thompson })],
  validation: racing(),
  confirmation: confirming(),
  stops: [whenDry(), whenSolved],
  width: 1,
};

/**
 * Reflective Pareto evolution: a parent, a batch of train rows with their traces and feedback, a text rewritten by the
 * reflection model in their light, the batch again; when that is better, val. Now and then two lines of descent are
 * merged, and other moves have their turns.
 * Source: Agrawal et al., 2025, "GEPA: Reflective Prompt Evolution Can Outperform Reinforcement Learning"
 * (arXiv 2507.19457), algorithms 1, 2 and 4. `gepa(published)` is that algorithm; it differs in that rows that were paid
 * for are not run again, nothing is proposed when a full step no longer fits into the budget, and a reply without a
 * finished block is no text. `gepa()` goes on from it: failures first, races on val, beliefs instead of maxima, demos
 * and choices as moves, and a last look at the winner.
 * Throws `config` errors for options out of range.
 */
export function gepa(options: GepaOptions = {}): Optimizer {
  const settings = { ...tuned, ...options };
  const { validation, confirmation, stops } = settings;
  const width = wholeNumber("gepa", "width", settings.width, 1);
  const moves: readonly Move[] = [reflection(settings), ...settings.moves];
  return {
    name: "gepa",
    options: {
      moves: moves.map(({ name }) => name),
      validation: validation.name,
      confirmation: confirmation.name,
      stops: stops.map(({ name }) => name),
      width,
    },
    async run(study) {
      const texts = Object.keys(study.space).filter((id) => study.space[id]!.kind === "text");
      const range = study.range[1] - study.range[0];
      const first = firstPool(study, range);
      if (moves.every((move) => move.urge(first, study) === 0)) {
        study.note({ type: "remark", text: "gepa: nothing to evolve, the program has no text that may change" });
        return;
      }
      const cost = Math.max(...moves.map((move) => move.cost(study))) + validation.most(study.val.length);
      if (study.remaining() < cost) study.note({ type: "remark", text: tooSmall(study, cost) });
      // candidates are compared on the same first rows of val
      const order = study.rng("gepa/val").shuffle(study.val.map((_, place) => place));
      const isKept = Number.isFinite(study.remaining()) && confirmation.reserve !== undefined;
      const judging = { validation, order, mayWait: width === 1 && isKept };
      const rules = { texts: texts.length, val: study.val, width: range };
      const why = (pool: Pool): string | undefined => {
        const stop = stops.map((rule) => rule.why(pool, study.range[1])).find((one) => one !== undefined);
        const reserved = confirmation.reserve?.(pool.members);
        const isLast = reserved !== undefined && pool.left < reserved + pool.kept + cost;
        return stop ?? (isLast ? "the evaluations left no room for another step" : undefined);
      };
      const search = (from: Pool): Promise<Pool> =>
        inOrder<Pool, Step>(study, {
          width,
          state: from,
          cost,
          start: (step, pool, own) => {
            const stream = (label: string): Rng => own.rng(`gepa/${label}`);
            return evolve({ study: own, pool, step: from.steps + step, texts, width: range, stream }, moves, judging);
          },
          commit: (pool, step, _, left) => admit(pool, step, left, rules),
          until: (pool) => why(pool) !== undefined,
        });
      const isSolved = (pool: Pool): boolean => {
        const end = why(pool);
        return end !== undefined && end === whenSolved.why(pool, study.range[1]);
      };
      /** The pool after a second look, where the search ended since nothing could be better. */
      const lookedAtAgain = async (pool: Pool): Promise<Pool> => {
        if (!isSolved(pool) || !isKept || confirmation.doubtsLuck !== true) return pool;
        return doubted(study, pool, range, cost + (confirmation.reserve?.(pool.members) ?? 0));
      };
      let last = why(first) === undefined ? await search(first) : first;
      for (let again = await lookedAtAgain(last); again !== last; again = await lookedAtAgain(last))
        last = why(again) === undefined ? await search(again) : again;
      await confirmation.confirm?.(study, last.members);
      const end = isSolved(last) ? whyEnded(study) : why(last)!;
      study.note({ type: "remark", text: `gepa: stopped: ${end}` });
    },
  };
}

function tooSmall({ val, remaining }: Study, cost: number): string {
  return `gepa: ${remaining()} evaluations are left after the baseline, but one proposal may take ${cost} on ${val.length} val rows; raise budget.evaluations or give fewer val rows`;
}

/** The baseline alone. */
function firstPool(study: Study, range: number): Pool {
  const baseline = {
    candidate: study.baseline,
    hash: candidateHash(study.baseline),
    parents: [],
    val: study.best().rows,
  };
  return {
    members: [memberOf(baseline, [], 0, range)],
    merges: { earnedAt: [], accepted: 0, fresh: false, tried: new Set() },
    idle: 0,
    idleWhy: "",
    stale: 0,
    rejected: [],
    records: new Map(),
    tried: new Set(),
    shown: new Map(),
    gains: [],
    left: study.remaining(),
    kept: 0,
    steps: 0,
  };
}

/** How drafts are judged on val. */
interface Judging {
  readonly validation: Validation;
  /** Places of val rows. */
  readonly order: readonly number[];
  readonly mayWait: boolean;
}

/** One step: the move that is wanted most and has something to try. */
async function evolve(desk: Desk, moves: readonly Move[], judging: Judging): Promise<Step> {
  const seen: Sighting[] = [];
  for (const move of inTurn(moves, desk)) {
    const found = await move.propose(desk);
    seen.push(...(found.seen ?? []));
    const step = { ...found, seen, move: move.name };
    if (found.draft !== undefined) return { ...step, outcome: await settle(desk, found.draft, judging) };
    if (found.done !== undefined) return { ...step, outcome: { kind: "rejected", why: found.done } };
    if (found.idle !== undefined) return { ...step, outcome: { kind: "rejected", why: found.idle, idle: true } };
  }
  return { seen, move: "", outcome: { kind: "rejected", why: "no move had anything to try", idle: true } };
}

/** Moves that want the step: the pressing ones first, then the others in an order drawn by how much they want it. */
function* inTurn(moves: readonly Move[], { pool, study, step, stream }: Desk): Generator<Move> {
  const open = moves.map((move) => ({ move, urge: move.urge(pool, study) })).filter(({ urge }) => urge > 0);
  yield* open.filter(({ urge }) => urge === Number.POSITIVE_INFINITY).map(({ move }) => move);
  const rest = open.filter(({ urge }) => urge < Number.POSITIVE_INFINITY);
  const rng = stream(`move ${step}`);
  while (rest.length > 0) {
    let ticket = rng.next() * rest.reduce((sum, { urge }) => sum + urge, 0);
    const found = rest.findIndex(({ urge }) => (ticket -= urge) < 0);
    yield rest.splice(Math.max(0, found), 1)[0]!.move;
  }
}

/** Tests a draft as its move says, then on val. */
async function settle(
  { study, pool, width }: Desk,
  proposed: Draft,
  { validation, order, mayWait }: Judging,
): Promise<Accepted | Rejected> {
  const { candidate, component, why } = proposed;
  const draft = { ...proposed, hash: candidateHash(candidate) };
  if (isKnown(pool, candidate, draft.hash))
    return { kind: "rejected", why: "the candidate is known", idle: true, draft };
  const parents = draft.parents.map((place) => pool.members[place]!);
  const parent = parents[leaderOf(parents)]!;
  const base = draft.parents[leaderOf(parents)]!;
  const score = async (one: Candidate, places: readonly number[]): Promise<readonly Row[]> =>
    (await study.evaluate({ candidate: one, split: "val", ids: places.map((place) => study.val[place]!) })).rows;
  try {
    checkCandidate(study.space, candidate, "gepa");
    study.note({
      type: "proposal",
      candidate,
      parents: parents.map((one) => one.candidate),
      ...(component !== undefined && { component }),
      why,
    });
    const trial = (await draft.test?.()) ?? {};
    if (trial.refusal !== undefined) return { kind: "rejected", why: trial.refusal, draft };
    const {
      rows,
      refusal,
      parentRows = [],
    } = await validation.judge({
      ask: (places) => score(candidate, places),
      askParent: (places) => score(parent.candidate, places),
      order,
      parent,
      best: championOf(pool.members),
      promise: trial.promise ?? noPromise(width),
      mayWait,
      width,
      top: study.range[1],
    });
    const seen = [{ place: base, split: "val" as const, rows: parentRows }];
    if (refusal !== undefined) return { kind: "rejected", why: refusal, draft, seen };
    return { kind: "accepted", draft, base, trial, rows, seen };
  } catch (error) {
    // outside the space, or a text that leaks held-out rows: a bad proposal, not a broken run, and not to be shown again
    if (!isCultivarError(error, "candidate")) throw error;
    return { kind: "rejected", why: error.message, draft, withheld: true };
  }
}
