import type { ExampleId } from "../values/example.ts";
import type { Admission, Admitted } from "./admission.ts";
import type { Goals } from "./goals.ts";
import { goals } from "./goals.ts";
import type { KnownRows } from "./known-rows.ts";
import { knownRows } from "./known-rows.ts";
import type { Lineage } from "./lineage.ts";
import type { Ask, Note, Row, Scored } from "./optimizer.ts";
import type { EndReason, RunEvent } from "./result.ts";
import { scoreOnly } from "./shown.ts";

/** What a run has found: rows folded in logical order into an incumbent, a lineage, and the goals that end it. */
export interface Findings extends Pick<Goals, "check" | "step"> {
  readonly known: KnownRows;
  readonly lineage: Lineage;
  /** Takes an ask's rows in, with `at` evaluations used. */
  fold(ask: Ask, admitted: Admitted, rows: readonly Row[], at: number): void;
  /** Tells whoever watches of an ask's rows, as they arrive. */
  announce(ask: Ask, rows: readonly Row[]): void;
  note(note: Note): void;
  /** Says once that a proposed text repeats a train row. */
  remarkCopies(admitted: Admitted): void;
  /** The incumbent, as an optimizer may see it. */
  best(): Scored;
}

export interface FindingsOptions {
  readonly val: readonly ExampleId[];
  readonly targetScore: number | undefined;
  readonly patience: number | undefined;
  readonly lineage: Lineage;
  readonly charged: Admission["charged"];
  readonly end: (reason: EndReason) => void;
  readonly emit: (event: RunEvent) => void;
}

export function findings(options: FindingsOptions): Findings {
  const { lineage, charged, emit } = options;
  const known = knownRows(options.val);
  const goal = goals({ ...options, known });
  return {
    known,
    lineage,
    check: goal.check,
    step: goal.step,
    fold(ask, { candidate, hash, sample }, rows, at) {
      if (ask.split === "val" && known.fold(candidate, hash, rows, sample)) goal.improved(at, emit);
    },
    announce(ask, rows) {
      const unscored = rows.filter((row) => row.score === undefined).length;
      emit({ type: "evaluated", evaluations: charged.size, split: ask.split, rows: rows.length, unscored });
    },
    note: (note) => lineage.note(note, charged.size),
    remarkCopies({ copiesTrain }) {
      if (copiesTrain !== undefined) lineage.remark(`a proposed text for ${copiesTrain} repeats words of a train row`);
    },
    best() {
      const { candidate, val, rows } = known.best()!;
      return { candidate, val: { ...val }, rows: rows.map(scoreOnly) };
    },
  };
}
