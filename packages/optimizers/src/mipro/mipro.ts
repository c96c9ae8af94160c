import type { Candidate, ComponentId, ExampleId, Optimizer, Row, Study } from "@cultivar/core";
import { blame, candidateHash, decodeDemos, messageOf } from "@cultivar/core";
import { observeAgain } from "../beliefs/observe-again.ts";
import { whyEnded } from "../beliefs/second-look.ts";
import { passRule } from "../bootstrap/pass-rule.ts";
import { modulePath } from "../demos/demo-components.ts";
import { demoSets } from "../proposals/demo-sets.ts";
import type { Grounds } from "../proposals/grounded.ts";
import type { RefusedText } from "../proposals/hygiene.ts";
import { proposeTexts, reasons } from "../proposals/instructions.ts";
import { dataSummary } from "../proposals/summary.ts";
import { sizeOf } from "../samplers/sampler.ts";
import type { Choices, TextDistances } from "./choices.ts";
import { axesOf, byVectors, byWords, firstChoices, withValues } from "./choices.ts";
import { doubted } from "./doubts.ts";
import { laddersOf, leastRowsOf } from "./rows.ts";
import type { Failures } from "./search.ts";
import { bracketOf, search } from "./search.ts";
import type { Allowance, MiproOptions, MiproSettings } from "./settings.ts";
import { allowanceOf, finalists, isZeroShot, miproSettings, pointsToTry, textsOf } from "./settings.ts";
import type { Trial } from "./trials.ts";
import { finalistsOf, isSolved, leaderOf, rowsOf } from "./trials.ts";

/** Observations of each val row of the winner, if evaluations are left. */
const observations = 3;

/**
 * Bayesian search over instructions, demo sets and every choice of the space. Each round looks at train rows, sorts what
 * goes wrong, has `models.reflect` propose texts, and makes demo sets of runs and labels; then a sampler chooses
 * combinations, which are scored on few rows at first, and on all of val where they do well.
 * Source: Opsahl-Ong et al., 2024, "Optimizing Instructions and Demonstrations for Multi-Stage Language Model Programs"
 * (arXiv 2406.11695; MIPRO). Differs: rows are halved and not drawn afresh, points are compared on the same rows, and on
 * failures of the best one first; failures are triaged, and later rounds go on from the best point.
 * Throws `config` errors for options out of range.
 */
export function mipro(options: MiproOptions = {}): Optimizer {
  const settings = miproSettings(options);
  const { sampler, rows, checks, ...plain } = settings;
  const { embedder } = settings;
  return {
    name: "mipro",
    options: { ...plain, sampler: sampler.name, rows: rows.name, checks: checks.map(({ name }) => name) },
    async run(study) {
      const order = study.rng("mipro/val").shuffle(study.val);
      await checkNames(study, settings);
      const points = pointsToTry(study, settings);
      if (points === 0) {
        study.note({ type: "remark", text: nothingVaries });
        return;
      }
      const allowance = allowanceOf(study, settings);
      const { looked, most } = allowance;
      const frame = { study, sampler, rows, width: settings.width, order, most, doubts: allowance.isOpen };
      // how many rows will go wrong is not known before they are looked at
      const ladders = laddersOf(rows, order.length, allowance.failures);
      const couldTry = (upTo: number): boolean =>
        ladders.every(
          (ladder) =>
            bracketOf({ ...frame, reserve, upTo }, ladder, trials, { left: study.remaining() - looked, points }).size >
            0,
        );
      let choices = firstChoices(study.space, study.baseline);
      const baseline = [await baselineOf(study, order)];
      const least = looked + leastRowsOf(rows, order.length, allowance.failures);
      let { trials, reserve } = await doubted({ ...frame, reserve: allowance.reserve }, baseline, least);
      let seen: readonly Row[] = [];
      let summary: string | undefined;
      for (let round = 0; round < allowance.rounds && !isSolved(trials, order.length, study.range[1]); round++) {
        // nothing is proposed that could not be tried
        if (!couldTry(Number.POSITIVE_INFINITY)) break;
        if (!couldTry(allowance.upTo(round))) continue;
        summary ??= textsOf(study, settings).length === 0 ? "" : await dataSummary(study);
        const { candidate } = leaderOf(trials, widthOf(study));
        const ids = toLookAt(study, allowance, seen);
        seen =
          ids.length === 0 ? [] : (await study.evaluate({ candidate, split: "train", capture: "trace", ids })).rows;
        choices = await grown({ study, choices, candidate, rows: seen, summary, settings, round });
        const distances = embedder === undefined ? byWords : await distancesBy(study, embedder, choices);
        const axes = axesOf(study.space, choices, distances);
        if (axes.every(({ size }) => size === 1)) {
          study.note({ type: "remark", text: nothingVaries });
          return;
        }
        const label = `mipro/${round}`;
        // a point alone is not told apart from others by them
        const isAlone = sizeOf(axes) - trials.length < rows.factor;
        const failures = failuresOf(study, seen, isAlone ? 0 : allowance.failures, label);
        const phase = { ...frame, reserve, choices, axes, failures, upTo: allowance.upTo(round), label };
        ({ trials, reserve } = await search(phase, trials));
      }
      const isOver = isSolved(trials, order.length, study.range[1]);
      // no round has begun
      if (summary === undefined && !isOver) study.note({ type: "remark", text: tooLittle(study, allowance) });
      await finish(study, trials, order, allowance);
      if (isOver) study.note({ type: "remark", text: `mipro: stopped: ${whyEnded(study)}` });
    },
  };
}

const nothingVaries = "mipro: nothing to choose among: no text, demo set or choice varies";

/** What a user is told whose budget pays for no bracket. */
function tooLittle(study: Study, { looked, reserve }: Allowance): string {
  const kept = [
    ...(looked === 0 ? [] : [`${looked} to look at train rows`]),
    ...(reserve === 0 ? [] : [`${reserve} to score the best one on all of val`]),
  ].join(" and ");
  const without = kept === "" ? "" : `without ${kept} `;
  return `mipro: nothing is tried: ${study.remaining()} evaluations are left, ${without}too few to choose by; give a larger budget`;
}

function widthOf({ range }: Study): number {
  return range[1] - range[0];
}

/** Throws `config` errors for what only the target can tell to be wrong, before anything is paid for. */
async function checkNames(study: Study, { threshold, embedder }: MiproSettings): Promise<void> {
  passRule("mipro", study.range, threshold);
  if (embedder !== undefined) await study.embed(embedder, []);
}

/** Scored on all of val before the search begins, in a sequence more than once maybe: costs nothing. */
async function baselineOf(study: Study, order: readonly ExampleId[]): Promise<Trial> {
  const { baseline, val } = study;
  const best = study.best();
  const isBest = candidateHash(best.candidate) === candidateHash(baseline);
  const { rows } = isBest ? best : await study.evaluate({ candidate: baseline, split: "val", ids: val });
  const scores = new Map(rows.map(({ id, score }) => [id, score]));
  return {
    point: Object.keys(study.space).map(() => 0),
    candidate: baseline,
    scores: order.map((id) => scores.get(id)),
  };
}

/** Train rows of a round: those first that went wrong in the one before, then others, by a shuffle of the run's seed. */
function toLookAt(study: Study, { looked }: Allowance, seen: readonly Row[]): readonly ExampleId[] {
  const last = new Map(seen.map((row) => [row.id, row.score]));
  const order = study.rng("mipro/train").shuffle(study.train.map(({ id }) => id));
  const rank = (id: ExampleId): number => (!last.has(id) ? 1 : last.get(id) === study.range[1] ? 2 : 0);
  return order.toSorted((a, b) => rank(a) - rank(b)).slice(0, looked);
}

/** Up to `most` of the rows that went wrong, none where more than half did; and the share of those scored that did. */
function failuresOf(study: Study, seen: readonly Row[], most: number, label: string): Failures {
  const scored = seen.filter(({ score }) => score !== undefined);
  const wrong = scored.filter(({ score }) => score !== study.range[1]).map(({ id }) => id);
  const share = wrong.length / Math.max(1, scored.length);
  return { ids: share > 1 / 2 ? [] : study.rng(`${label}/failures`).shuffle(wrong).slice(0, most), share };
}

interface Growth {
  readonly study: Study;
  readonly choices: Choices;
  /** The best one so far, and its train rows with traces. */
  readonly candidate: Candidate;
  readonly rows: readonly Row[];
  readonly summary: string;
  readonly settings: MiproSettings;
  readonly round: number;
}

/** The choices with new texts and demo sets. */
async function grown({ study, choices, candidate, rows, summary, settings, round }: Growth): Promise<Choices> {
  const { instructions, maxBootstrapped, maxLabeled, checks, threshold } = settings;
  const label = `mipro/proposals/${round}`;
  const passes = passRule("mipro", study.range, threshold);
  const demos = isZeroShot(settings)
    ? new Map<string, readonly string[]>()
    : demoSets({ study, rows, passes, maxBootstrapped, maxLabeled, label }, settings.demoSets);
  const ids = textsOf(study, settings);
  // what is among the choices need not be written again
  const tried = (id: ComponentId): readonly RefusedText[] =>
    choices.get(id)!.flatMap((text) => (text === candidate[id] ? [] : [{ text, why: "it was tried" }]));
  const { texts, rejected } = await proposeTexts(
    { study, base: candidate, rows, summary, checks, label, tried, demosOf: inTurn(demos) },
    ids,
    instructions,
  );
  if (rejected.length > 0) {
    const of = `${rejected.length} of ${ids.length * instructions} proposals of round ${round + 1}`;
    study.note({ type: "remark", text: `mipro: ${of} were not taken: ${reasons(rejected)}` });
  }
  return withValues(choices, new Map([...demos, ...texts]));
}

/** A module's demo sets by turns: the first one is empty, and so is what a proposal without demos is shown. */
function inTurn(sets: ReadonlyMap<ComponentId, readonly string[]>): NonNullable<Grounds["demosOf"]> {
  return (id, turn) => {
    const own = sets.get(`${modulePath(id)}.demos`) ?? [];
    return own.length === 0 ? [] : decodeDemos(own[turn % own.length]!).rows;
  };
}

/** By the embedder's vectors; by words, with a remark, where it fails: it only helps the sampler. */
async function distancesBy(study: Study, embedder: string, choices: Choices): Promise<TextDistances> {
  try {
    return await byVectors(study, embedder, choices);
  } catch (error) {
    if (blame(error) === "run") throw error;
    const text = `mipro: texts are told apart by their words, since the embedder failed: ${messageOf(error)}`;
    study.note({ type: "remark", text });
    return byWords;
  }
}

/** Scores the points that are believed best on all of val, and observes the winner again with what is left. */
async function finish(
  study: Study,
  trials: readonly Trial[],
  order: readonly ExampleId[],
  { most, isOpen }: Allowance,
): Promise<void> {
  let rows = rowsOf(trials);
  for (const { candidate, scores } of finalistsOf(trials, finalists, widthOf(study))) {
    const ids = order.slice(scores.length);
    if (ids.length === 0 || ids.length > Math.min(study.remaining(), most - rows)) continue;
    rows += ids.length;
    await study.evaluate({ candidate, split: "val", ids });
  }
  if (isOpen && trials.length > 1) await observeAgain(study, observations);
}
