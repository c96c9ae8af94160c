import type { Figure } from "./measure.ts";
import type { Section } from "./section.ts";

function short(value: number): string {
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString("en-US");
  return Number(value.toPrecision(3)).toString();
}

function cell({ median, min, max, n }: Figure): string {
  return n === 1 ? short(median) : `${short(median)} (${short(min)} to ${short(max)})`;
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) => `  ${row.map((text, column) => text.padEnd(widths[column]!)).join("  ")}`.trimEnd())
    .join("\n");
}

/** A section as text: its medians with the smallest and largest run, then what was promised. */
export function printSection({ name, method, lines, goals }: Section): string {
  const columns = [...new Set(lines.flatMap((line) => Object.keys(line.figures)))];
  const measured = lines.map((line) => [
    line.name,
    ...columns.map((column) => (line.figures[column] === undefined ? "" : cell(line.figures[column]))),
  ]);
  const promised = goals.map((goal) => [
    goal.met ? "met" : "MISSED",
    goal.name,
    `${short(goal.measured)} ${goal.unit}`.trim(),
    `(${goal.goal})`,
  ]);
  const n = lines.flatMap((line) => Object.values(line.figures)).map((figure) => figure.n);
  return `\n${name}\n  ${method}; median (smallest to largest), n = ${Math.max(...n)}\n\n${table([["", ...columns], ...measured])}\n\n${table(promised)}\n`;
}
