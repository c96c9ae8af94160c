import type { Ask, Row } from "./optimizer.ts";

/** Whether an ask wants traces. */
export function isTraced(ask: Ask): boolean {
  return ask.split === "train" && ask.capture === "trace";
}

/** Rows as an optimizer may see them: traces where asked for, and of val the scores alone. */
export function shown(ask: Ask, rows: readonly Row[]): readonly Row[] {
  if (ask.split === "val") return rows.map(scoreOnly);
  return isTraced(ask) ? rows : rows.map(({ trace: _trace, ...row }) => row);
}

/** Val rows are told without feedback or traces: their content never reaches a proposer. */
export function scoreOnly({ id, score, objectives, failure }: Row): Row {
  return {
    id,
    ...(score !== undefined && { score }),
    ...(objectives !== undefined && { objectives }),
    ...(failure !== undefined && { failure: { ...failure, message: failure.code } }),
  };
}
