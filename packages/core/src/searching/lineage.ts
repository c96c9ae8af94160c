import type { Candidate, Space } from "../values/component.ts";
import { candidateHash, checkCandidate } from "../values/component.ts";
import type { Note } from "./optimizer.ts";
import type { LineageEntry, RunEvent } from "./result.ts";

/** Who descends from whom, and what the user should know. */
export interface Lineage {
  readonly entries: readonly LineageEntry[];
  readonly remarks: readonly string[];
  /** Takes a note; `at` is the evaluations used by then. A candidate is entered once. */
  note(note: Note, at: number): void;
  remark(text: string): void;
}

export function lineage(space: Space, baseline: Candidate, emit: (event: RunEvent) => void): Lineage {
  const first = { candidate: baseline, hash: candidateHash(baseline), parents: [], why: "the starting point", at: 0 };
  const entries = new Map<string, LineageEntry>([[first.hash, first]]);
  const remarks = new Set<string>();
  const remark = (text: string): void => {
    if (remarks.has(text)) return;
    remarks.add(text);
    emit({ type: "remark", text });
  };
  return {
    get entries() {
      return [...entries.values()];
    },
    get remarks() {
      return [...remarks];
    },
    note(note, at) {
      if (note.type === "remark") return remark(note.text);
      const candidate = checkCandidate(space, note.candidate, "note");
      const hash = candidateHash(candidate);
      if (entries.has(hash)) return;
      const { component, why } = note;
      const parents = note.parents.map(candidateHash);
      entries.set(hash, { candidate, hash, parents, why, at, ...(component !== undefined && { component }) });
      emit({ type: "proposal", hash, why });
    },
    remark,
  };
}
