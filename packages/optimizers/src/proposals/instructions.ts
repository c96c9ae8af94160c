import type { Candidate, ComponentId, Rng, Row, Study } from "@cultivar/core";
import { inOrder, isCultivarError } from "@cultivar/core";
import { ask } from "./ask.ts";
import { examplesText } from "./examples-text.ts";
import type { Check } from "./hygiene.ts";
import { checked } from "./hygiene.ts";
import { textAgain } from "./phrases.ts";
import { groundedPrompt, tips } from "./prompts.ts";
import type { Rewrite } from "./reply.ts";
import { blockIn } from "./reply.ts";
import { settingOf } from "./setting.ts";
import type { FailureGroup } from "./triage.ts";
import { triage } from "./triage.ts";

/** What new texts are proposed from. */
export interface Grounds {
  readonly study: Study;
  /** The candidate whose texts are rewritten. */
  readonly base: Candidate;
  /** Its train rows with traces. */
  readonly rows: readonly Row[];
  readonly summary: string;
  /** What a text must pass before it costs an evaluation, and is told beforehand. */
  readonly checks: readonly Check[];
  /** Names streams of random numbers: other ones for each set of proposals. */
  readonly label: string;
}

/** Texts for components: what was proposed, and why the others were not taken. */
export interface Proposals {
  readonly texts: ReadonlyMap<ComponentId, readonly string[]>;
  readonly rejected: readonly string[];
}

/** Examples in one prompt at most: failures, and rows that went well. */
const mostWrong = 16;
const mostRight = 3;

/**
 * Up to `count` new texts for each of `ids`, one or two calls of `models.reflect` each, all at once. Failures are sorted
 * into groups first: the first proposal sees some of each, every other one sees mostly one group, in turn, so that
 * different texts address different mistakes. Equal texts are kept once, in the order in which they were asked for.
 * Source: the grounded proposals of MIPRO (Opsahl-Ong et al., 2024, section 4), from declared signatures and observed
 * runs in place of source code; the triage is ours.
 */
export async function proposeTexts(grounds: Grounds, ids: readonly ComponentId[], count: number): Promise<Proposals> {
  const { study, base } = grounds;
  const asked = ids.flatMap((id) => Array.from({ length: count }, (_, turn) => ({ id, turn })));
  const groups = new Map(ids.map((id) => [id, triage(study, id, failuresOf(grounds))]));
  const found =
    asked.length === 0
      ? []
      : await inOrder<readonly Rewrite[], Rewrite>(study, {
          width: asked.length,
          cost: 0,
          steps: asked.length,
          state: [],
          start: async (step, _, own) => {
            const { id, turn } = asked[step]!;
            const found = await proposal({ ...grounds, study: own }, id, turn, groups.get(id)!);
            return "text" in found ? admitted(own, { ...base, [id]: found.text }, found) : found;
          },
          commit: (all, one) => [...all, one],
        });
  const texts = new Map<ComponentId, readonly string[]>();
  for (const [i, { id }] of asked.entries()) {
    const one = found[i]!;
    const known = texts.get(id) ?? [];
    if ("text" in one && one.text !== base[id] && !known.includes(one.text)) texts.set(id, [...known, one.text]);
  }
  return { texts, rejected: found.flatMap((one) => ("rejected" in one ? [one.rejected] : [])) };
}

function failuresOf({ study, rows }: Grounds): readonly Row[] {
  return rows.filter(({ score }) => score !== undefined && score < study.range[1]);
}

async function proposal(
  grounds: Grounds,
  id: ComponentId,
  turn: number,
  groups: readonly FailureGroup[],
): Promise<Rewrite> {
  const { study, base, rows, summary, checks, label } = grounds;
  const rng = study.rng(`${label}/${id}/${turn}`);
  const of = new Map(rows.map((row) => [row.id, row]));
  const wrong = choose(groups, turn, rng).map((failed) => of.get(failed)!);
  const right = rng.sample(
    rows.filter(({ score }) => score === study.range[1]),
    mostRight,
  );
  const shown = new Set([...wrong, ...right].map((row) => row.id));
  const against = {
    current: base[id]!,
    spec: study.space[id]!,
    refused: [],
    shown: study.train.filter((example) => shown.has(example.id)),
  };
  return ask(study, {
    prompt: groundedPrompt({
      ...settingOf(study, id, against, checks),
      text: against.current,
      summary,
      groups: groups.map(({ ids, sign }, i) => `${i + 1}. ${ids.length} of ${rows.length} examples, such as: ${sign}`),
      wrong: examplesText(study, id, wrong),
      right: examplesText(study, id, right),
      tip: tips[turn % tips.length]!,
    }),
    retries: 1,
    again: textAgain,
    read: (answer) => checked(blockIn(answer), against, checks),
  });
}

/** A text that the run itself would refuse (it repeats held-out rows, say) is no proposal. Costs nothing. */
async function admitted(study: Study, candidate: Candidate, found: Rewrite): Promise<Rewrite> {
  try {
    await study.evaluate({ candidate, split: "train", capture: "score", ids: [] });
    return found;
  } catch (error) {
    if (!isCultivarError(error, "candidate")) throw error;
    return { rejected: error.message };
  }
}

/** The failures that a proposal is shown: by turns of all groups, or for half from one of them. */
function choose(groups: readonly FailureGroup[], turn: number, rng: Rng): readonly string[] {
  const queues = groups.map(({ ids }) => [ids[0]!, ...rng.shuffle(ids.slice(1))]);
  const focus = turn === 0 ? undefined : queues[(turn - 1) % queues.length];
  const chosen = focus?.splice(0, mostWrong / 2) ?? [];
  for (let i = 0; chosen.length < mostWrong && queues.some((queue) => queue.length > 0); i++) {
    const next = queues[i % queues.length]!.shift();
    if (next !== undefined) chosen.push(next);
  }
  return chosen;
}
