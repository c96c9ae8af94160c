import type { Estimate } from "@cultivar/core";
import type { Agreement } from "./agreement.ts";
import type { Choices } from "./model-choice.ts";

/** What the benchmark found. */
export interface Found {
  readonly rows: number;
  readonly seeds: string;
  readonly accuracy: Readonly<Record<string, Readonly<Record<string, Estimate>>>>;
  readonly choices: readonly Choices[];
  readonly confirmed: number;
  readonly agreements: readonly Agreement[];
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ")}`.trimEnd())
    .join("\n");
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** The findings as text. */
export function printed({ rows, seeds, accuracy, choices, confirmed, agreements }: Found): string {
  const models = Object.keys(Object.values(accuracy)[0]!);
  const right = Object.entries(accuracy).map(([name, byModel]) => [
    name,
    ...models.map((model) => {
      const { mean, standardError } = byModel[model]!;
      return `${(100 * mean!).toFixed(1)} +- ${(100 * (standardError ?? 0)).toFixed(1)}`;
    }),
  ]);
  const chosen = choices.map(({ models: pool, val, rule, best, regret, worse }) => [
    pool.length === models.length ? `all ${pool.length}` : pool.join(", "),
    String(val),
    rule,
    percent(best),
    `${regret.mean.toFixed(2)} +- ${(regret.half ?? 0).toFixed(2)}`,
    percent(worse),
  ]);
  const agreed = agreements.map(({ first, second, agreement, kappa, onlyFirst, onlySecond }) => [
    first,
    second,
    percent(agreement),
    kappa?.toFixed(4) ?? "",
    String(onlyFirst.count),
    String(onlySecond.count),
  ]);
  return `
Share of ${rows} problems that a grader takes for solved, with its standard error, in points
${table([["", ...models], ...right])}

Choosing a model on val rows, seeds ${seeds}, each model as the baseline in turn; regret in points, with its 95 % interval
(${confirmed} of the choices were made by compile too, and are the same)
${table([["among", "val", "rule", "best chosen", "regret", "worse than baseline"], ...chosen])}

Agreement of graders over ${agreements[0]?.n ?? 0} solutions
${table([["first", "second", "agreement", "kappa", "right by the first only", "by the second only"], ...agreed])}
`;
}
