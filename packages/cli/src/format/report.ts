import type { Comparison, EndReason } from "@cultivar/core";
import { count, counted, score, scoreWithError } from "./quantities.ts";
import { oneLine } from "./safe-text.ts";
import { alignColumns } from "./table.ts";

/** Everything that the closing report of one target says. */
export interface Report {
  readonly target: string;
  readonly improved: boolean;
  readonly val: Comparison;
  readonly test: Comparison | undefined;
  /** Test rows that a report cut short left unscored; 0 for a whole report. */
  readonly incomplete: number;
  readonly end: EndReason;
  readonly evaluations: number;
  /** Calls that were paid for, by this process and by earlier ones of the run. */
  readonly calls: number;
  /** Answers among them that earlier processes had journaled. */
  readonly resumed: number;
  /** Answers that a journal or the cache gave. */
  readonly reused: number;
  readonly orphans: number;
  /** As text: what was spent, or that it is unknown. */
  readonly cost: string;
  readonly elapsed: string;
  readonly simulated: boolean;
  readonly learned: readonly string[];
  readonly remarks: readonly string[];
  /** As the user would type it. */
  readonly artifact: string;
  readonly next: readonly string[];
}

/** Why a run ended, in words. */
const endings: Readonly<Record<EndReason, string>> = {
  done: "the optimizer had nothing more to try",
  evaluations: "the evaluations budget is used",
  target: "the target score is reached",
  plateau: "no progress for long",
  stalled: "only repeated candidates came",
  calls: "stopped by budget.calls: the best so far",
  tokens: "stopped by budget.tokens: the best so far",
  usd: "stopped by budget.usd: the best so far",
  seconds: "stopped by budget.seconds: the best so far",
  aborted: "interrupted",
};

/** Ends that depend on money or time: the same command with a larger budget goes on. */
export const physicalEnds: ReadonlySet<EndReason> = new Set(["calls", "tokens", "usd", "seconds"]);

/** True when test got worse, whatever val says. */
export function worseOnTest({ test }: Pick<Report, "test">): boolean {
  return test?.difference.mean !== undefined && test.difference.mean < 0;
}

/** The first line: the outcome, and nothing before a worse test score. Half a test score is no outcome. */
export function headline(
  report: Pick<Report, "target" | "improved" | "val" | "test" | "incomplete" | "simulated">,
): string {
  const { target, improved, val, test } = report;
  const models = report.simulated ? " (simulated models)" : "";
  const change = ({ baseline, best, difference }: Comparison): string =>
    `${score(baseline.mean)} -> ${score(best.mean)}, ${scoreWithError(difference, { signed: true })} paired over n=${difference.n}`;
  const cut =
    report.incomplete === 0 ? "" : `; the test report is incomplete, ${counted(report.incomplete, "row")} not scored`;
  if (worseOnTest(report)) return `${target}: worse on test: ${change(test!)}${cut}${models}`;
  if (!improved) return `${target}: no measurable gain on val; the baseline is kept${cut}${models}`;
  const [name, shown] = test === undefined || cut !== "" ? (["val", val] as const) : (["test", test] as const);
  return `${target}: improved on ${name}: ${change(shown)}${cut}${models}`;
}

/** The table of scores: one line per split. */
export function scoreTable(val: Comparison, test: Comparison | undefined): readonly string[] {
  const row = (name: string, comparison: Comparison): readonly string[] => [
    name,
    scoreWithError(comparison.baseline),
    scoreWithError(comparison.best),
    scoreWithError(comparison.difference, { signed: true }),
    String(comparison.difference.n),
  ];
  return alignColumns(
    [["", "baseline", "best", "difference", "n"], row("val", val), ...(test === undefined ? [] : [row("test", test)])],
    [4],
  );
}

/** Which rows changed sides: counted, with the ids of the first few. */
function changedRows(split: string, { fixed, broken, unscored }: Comparison): readonly string[] {
  const shown = 5;
  const list = (ids: readonly string[]): string => {
    if (ids.length === 0) return "";
    const rest = ids.length > shown ? `, and ${count(ids.length - shown)} more` : "";
    return `: ${ids.slice(0, shown).join(", ")}${rest}`;
  };
  return [
    `${split}: ${count(fixed.length)} wrong -> right${list(fixed)}`,
    `${split}: ${count(broken.length)} right -> wrong${list(broken)}`,
    ...(unscored.rows === 0
      ? []
      : [
          `${split}: ${counted(unscored.rows, "row")} unscored, left out of both sides${unscored.cause === undefined ? "" : ` (${oneLine(unscored.cause, 120)})`}`,
        ]),
  ];
}

/** What was learned: the first few sentences; git diff shows the rest. */
function learnedLines(learned: readonly string[]): readonly string[] {
  const shown = 8;
  const rest = learned.length - shown;
  return [
    ...learned.slice(0, shown).map((one) => `learned   ${oneLine(one, 200)}`),
    ...(rest > 0 ? [`          and ${count(rest)} more: see the artifact`] : []),
  ];
}

/** The whole closing report, as lines. */
export function reportLines(report: Report): readonly string[] {
  const { val, test } = report;
  const earlier = report.resumed === 0 ? "" : ` (${count(report.resumed)} by earlier processes)`;
  const orphans =
    report.orphans === 0
      ? ""
      : `, ${counted(report.orphans, "orphan")} (sent by an interrupted process, answer never seen)`;
  return [
    headline(report),
    "",
    ...scoreTable(val, test),
    "",
    ...changedRows("val", val),
    ...(test === undefined
      ? ["test: no test split, so nothing says how this does on rows nobody tuned for"]
      : changedRows("test", test)),
    "",
    `run       ${counted(report.evaluations, "evaluation")}, ${counted(report.calls, "call")} paid${earlier}, ${count(report.reused)} reused${orphans}, ${report.cost}, ${report.elapsed}; ${endings[report.end]}`,
    ...learnedLines(report.learned),
    ...report.remarks.map((remark) => `note      ${oneLine(remark, 300)}`),
    `artifact  ${report.artifact}`,
    ...report.next.map((command, index) => `${index === 0 ? "next" : "    "}      ${command}`),
  ];
}
