import type { Candidate, ComponentId, Row, Study } from "@cultivar/core";
import { examplesText } from "../proposals/examples-text.ts";
import type { Against, Check, RefusedText } from "../proposals/hygiene.ts";
import { settingOf } from "../proposals/setting.ts";
import type { Attempt, ReflectionParts } from "./prompts.ts";

/** What a text is rewritten from. */
export interface Rewriting {
  readonly study: Study;
  readonly id: ComponentId;
  /** The parent. */
  readonly candidate: Candidate;
  /** The parent on train rows, with traces and feedback. */
  readonly rows: readonly Row[];
  /** Earlier texts for this component that were turned down, and why; the latest last. */
  readonly refused: readonly RefusedText[];
}

/** What a new text for a component is checked against, when its proposer was shown these rows. */
export function againstOf({ study, id, candidate, rows, refused }: Rewriting): Against {
  const seen = new Set(rows.map((row) => row.id));
  const examples = study.train.filter((example) => seen.has(example.id));
  return { current: candidate[id]!, spec: study.space[id]!, refused, shown: examples };
}

/** What the reflection model is told of a component: the latest `memory` refused texts, and what the checks ask for. */
export function partsOf(rewriting: Rewriting, checks: readonly Check[], memory: number): ReflectionParts {
  const { study, id, candidate, rows, refused } = rewriting;
  const text = candidate[id]!;
  const known = refused.filter(({ withheld }) => withheld !== true);
  return {
    ...settingOf(study, id, againstOf(rewriting), checks),
    text,
    examples: examplesText(study, id, rows),
    attempts: known.slice(known.length - Math.min(memory, known.length)).map((one) => attemptOf(one, text)),
  };
}

/** Characters of a changed line, and changed lines of one text, that are shown of what was tried in vain. */
const mostOfLine = 200;
const mostLines = 12;

function attemptOf({ text, why }: RefusedText, current: string): Attempt {
  const [before, after] = [current, text].map((one) => one.split("\n").map((line) => line.trim()));
  const missing = (from: readonly string[], others: readonly string[]): readonly string[] =>
    from.filter((line) => line !== "" && !others.includes(line)).map((line) => line.slice(0, mostOfLine));
  const added = missing(after!, before!).map((line) => `+ ${line}`);
  const removed = missing(before!, after!).map((line) => `- ${line}`);
  const lines = [...added, ...removed];
  const rest = lines.length - mostLines;
  const kept = rest > 0 ? [...lines.slice(0, mostLines), `(and ${rest} more lines)`] : lines;
  return { changes: kept.join("\n"), why };
}
