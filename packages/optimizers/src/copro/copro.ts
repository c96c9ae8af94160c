import type { ComponentId, Optimizer, Row, Study } from "@cultivar/core";
import { estimate } from "@cultivar/core";
import { wholeNumber } from "../demos/limits.ts";
import type { Check } from "../proposals/hygiene.ts";
import { hygiene } from "../proposals/hygiene.ts";
import type { Proposals } from "../proposals/instructions.ts";
import { proposeTexts, reasons } from "../proposals/instructions.ts";
import { dataSummary } from "../proposals/summary.ts";
import type { Tried } from "./attempts.ts";
import { attemptsOf, scoreText } from "./attempts.ts";
import { historyPrompt } from "./prompts.ts";
import { shareOf } from "./share.ts";

export interface CoproOptions {
  /** Texts per component in each round, from 2; the present one is among those of the first. Default 10. */
  readonly breadth?: number;
  /** Rounds, from 1. Default 3. */
  readonly depth?: number;
  /** Train rows that each round looks at, from 0; with 0 later rounds go by scores alone, as in DSPy. Default 32. */
  readonly looked?: number;
  /** What a proposed text must pass before it costs an evaluation. Default `hygiene`. */
  readonly checks?: readonly Check[];
}

type Settings = Required<CoproOptions>;

/** Versions that a prompt shows at most. */
const mostShown = 10;

/**
 * Coordinate ascent over instructions. The first round asks for rewrites of each text in the light of train rows, every
 * further one for texts that score higher than the best ten so far, which it is shown with their scores. In each round one
 * component after the other has its new texts scored on all of val, and keeps its best.
 * Source: `COPRO` of DSPy (Khattab et al., 2023, "DSPy: Compiling Declarative Language Model Calls"; coordinate-ascent
 * prompt optimization). Differs: proposals see train rows; each is a call of its own, so that breadth does not depend on
 * a model's `n`; scores are of val, of which a proposer sees means alone; texts of earlier rounds are not scored again
 * beside the other components' new ones; and a budget that is too small for all rounds is dealt evenly to them.
 * Costs at most `depth * (looked + components * breadth * val)` evaluations, and one or two calls of `models.reflect` per
 * text, one more in all. Throws `config` errors for options out of range.
 */
export function copro(options: CoproOptions = {}): Optimizer {
  const settings: Settings = {
    breadth: wholeNumber("copro", "breadth", options.breadth ?? 10, 2),
    depth: wholeNumber("copro", "depth", options.depth ?? 3, 1),
    looked: wholeNumber("copro", "looked", options.looked ?? 32, 0),
    checks: options.checks ?? hygiene,
  };
  return {
    name: "copro",
    options: { ...settings, checks: settings.checks.map(({ name }) => name) },
    async run(study) {
      const ids = Object.keys(study.space).filter((id) => study.space[id]!.kind === "text");
      if (ids.length === 0) return remark(study, "no text varies; nothing was tried");
      if (isSolved(study) || study.remaining() < study.val.length) return;
      const summary = await dataSummary(study);
      const { candidate, val } = study.best();
      let tried: readonly Tried[] = [{ candidate, mean: val.mean }];
      for (let round = 0; round < settings.depth && !isSolved(study); round++) {
        const { texts } = await proposals({ study, ids, tried, summary, settings, round });
        if (texts.size === 0) return;
        for (const id of ids) tried = [...tried, ...(await ascend(study, id, texts.get(id) ?? [], round))];
      }
    },
  };
}

interface Turn {
  readonly study: Study;
  readonly ids: readonly ComponentId[];
  readonly tried: readonly Tried[];
  readonly summary: string;
  readonly settings: Settings;
  readonly round: number;
}

/** New texts of one round, as many as the budget pays for; none when no pass over val fits. */
async function proposals({ study, ids, tried, summary, settings, round }: Turn): Promise<Proposals> {
  const { breadth, depth, checks } = settings;
  const wanted = round === 0 ? breadth - 1 : breadth;
  const share = shareOf({
    left: study.remaining(),
    pass: study.val.length,
    rounds: depth - round,
    components: ids.length,
    looked: Math.min(settings.looked, study.train.length),
    texts: wanted,
  });
  const of = `round ${round + 1} of ${depth}`;
  if (share.texts === 0) return { texts: new Map(), rejected: [] };
  if (share.texts < wanted)
    remark(study, `${of}: the evaluations left pay for ${share.texts} texts per component, not ${wanted}`);
  const { candidate: base } = study.best();
  const rows = await look(study, share.looked, round * settings.looked);
  const found = await proposeTexts(
    {
      study,
      base,
      rows,
      summary,
      checks,
      label: `copro/${round}`,
      tried: (id) => attemptsOf(tried, id).map(({ text, score }) => ({ text, why: `it ${scoreText(score)}` })),
      ...(round > 0 && {
        prompt: (parts, id) => historyPrompt({ ...parts, attempts: attemptsOf(tried, id).slice(-mostShown) }),
      }),
    },
    ids,
    share.texts,
  );
  const { rejected } = found;
  const why = reasons(rejected);
  if (found.texts.size === 0) remark(study, `${of} brought no new text${why === "" ? "" : `: ${why}`}; ended`);
  else if (rejected.length > 0)
    remark(study, `${of}: ${rejected.length} of ${ids.length * share.texts} proposals were not taken: ${why}`);
  return found;
}

/** Runs the best candidate on `count` train rows: from the place `from` of an order drawn by the run's seed, going round. */
async function look(study: Study, count: number, from: number): Promise<readonly Row[]> {
  if (count === 0) return [];
  const all = study.rng("copro/train").shuffle(study.train.map(({ id }) => id));
  const start = from % all.length;
  const ids = [...all.slice(start), ...all.slice(0, start)].slice(0, count);
  return (await study.evaluate({ candidate: study.best().candidate, split: "train", capture: "trace", ids })).rows;
}

/** Scores the new texts of one component, the others as in the best candidate, while whole passes over val fit. */
async function ascend(
  study: Study,
  id: ComponentId,
  texts: readonly string[],
  round: number,
): Promise<readonly Tried[]> {
  const { candidate: base } = study.best();
  const found: Tried[] = [];
  for (const [i, text] of texts.entries()) {
    if (study.remaining() < study.val.length || isSolved(study)) break;
    const candidate = { ...base, [id]: text };
    const from = round === 0 ? "from train rows" : "from the best texts so far and their scores";
    const why = `round ${round + 1}, text ${i + 1} of ${texts.length} ${from}`;
    study.note({ type: "proposal", candidate, parents: [base], component: id, why });
    const { rows } = await study.evaluate({ candidate, split: "val", ids: study.val });
    found.push({ candidate, mean: estimate(rows.flatMap(({ score }) => score ?? [])).mean });
  }
  return found;
}

function isSolved({ best, range: [worst, top] }: Study): boolean {
  return (best().val.mean ?? worst) >= top - 1e-9 * (top - worst);
}

function remark(study: Study, text: string): void {
  study.note({ type: "remark", text: `copro: ${text}` });
}
