import type { Candidate, ComponentId, DemoRow, Row, Study } from "@cultivar/core";
import { passRule } from "../bootstrap/pass-rule.ts";
import { ask } from "./ask.ts";
import { demosText, examplesText } from "./examples-text.ts";
import { focusOn } from "./focus.ts";
import type { Check, RefusedText } from "./hygiene.ts";
import { checked } from "./hygiene.ts";
import { textAgain } from "./phrases.ts";
import type { GroundedParts } from "./prompts.ts";
import { groundedPrompt, tips } from "./prompts.ts";
import type { Rewrite } from "./reply.ts";
import { blockIn } from "./reply.ts";
import { settingOf } from "./setting.ts";
import type { FailureGroup } from "./triage.ts";

/** What new texts are proposed from. */
export interface Grounds {
  readonly study: Study;
  /** The candidate whose texts are rewritten. */
  readonly base: Candidate;
  /** Its train rows with traces; none may be of val. */
  readonly rows: readonly Row[];
  /** What the data look like, in a few sentences; "" for nothing. */
  readonly summary: string;
  /** What a text must pass before it costs an evaluation, and is told beforehand. */
  readonly checks: readonly Check[];
  /** Names streams of random numbers: other ones for each set of proposals. */
  readonly label: string;
  /** What was tried for a component before: checks know it, and none of it is given back. Default nothing. */
  readonly tried?: (id: ComponentId) => readonly RefusedText[];
  /** Demos that are shown beside the text in one turn. Default none. */
  readonly demosOf?: (id: ComponentId, turn: number) => readonly DemoRow[];
  /** Default {@link groundedPrompt}. */
  readonly prompt?: (parts: GroundedParts, id: ComponentId) => string;
}

/** Examples in one prompt at most: failures, and rows that went well. */
const mostWrong = 16;
const mostRight = 3;
const mostDemos = 3;

/** Rows that were scored, and those of them that are not as good as can be. */
export function byOutcome({ study, rows }: Grounds): Readonly<Record<"scored" | "right" | "wrong", readonly Row[]>> {
  const passes = passRule("proposals", study.range, undefined);
  const scored = rows.filter(({ score }) => score !== undefined);
  return { scored, right: scored.filter(passes), wrong: scored.filter((row) => !passes(row)) };
}

/** A group in a line: by the numbers of its examples where some are shown (what is said twice weighs twice), else by its sign. */
function groupLine({ ids, sign }: FailureGroup, scored: number, shown: readonly Row[]): string {
  const numbers = shown.flatMap(({ id }, i) => (ids.includes(id) ? [i + 1] : []));
  const told = numbers.length === 0 ? `, such as: ${sign}` : `; of the wrong ones below: ${numbers.join(", ")}`;
  return `${ids.length} of ${scored} examples${told}`;
}

/**
 * One text for the component `id`, one or two calls of `models.reflect`. `turn` chooses the failures that are shown, out
 * of `groups`, and the manner of writing; what else varies is drawn by `label`, `id` and `turn`.
 */
export function groundedText(
  grounds: Grounds,
  id: ComponentId,
  turn: number,
  groups: readonly FailureGroup[],
): Promise<Rewrite> {
  const { study, base, rows, summary, checks, label, tried = () => [], prompt = groundedPrompt } = grounds;
  const demos = (grounds.demosOf?.(id, turn) ?? []).slice(0, mostDemos);
  const rng = study.rng(`${label}/${id}/${turn}`);
  const { scored, right } = byOutcome(grounds);
  const byId = new Map(rows.map((row) => [row.id, row]));
  const bad = focusOn(groups, turn, mostWrong, rng).map((failed) => byId.get(failed)!);
  const good = rng.sample(right, mostRight);
  const shown = new Set([...[...bad, ...good].map((row) => row.id), ...demos.map(({ source }) => source)]);
  const against = {
    current: base[id]!,
    spec: study.space[id]!,
    refused: tried(id),
    shown: study.train.filter((example) => shown.has(example.id)),
  };
  const parts = {
    ...settingOf(study, id, against, checks),
    text: against.current,
    demos: demosText(demos),
    summary,
    groups: groups.map((group, i) => `${i + 1}. ${groupLine(group, scored.length, bad)}`),
    wrong: examplesText(study, id, bad),
    right: examplesText(study, id, good),
    tip: tips[turn % tips.length]!,
  };
  return ask(study, {
    prompt: prompt(parts, id),
    retries: 1,
    again: textAgain,
    read: (answer) => checked(blockIn(answer), against, checks),
  });
}
