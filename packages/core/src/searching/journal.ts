import type { CallRecord } from "../programs/gateway.ts";
import type { Row } from "../judging/score-row.ts";
import type { EndReason } from "./result.ts";

/** One line of a run's log, appended before what it holds is used (law 2): calls, and what a run decides. */
export type JournalRecord =
  | CallRecord
  /** The first record: what the run was made from. And again, with `end`, each time that a process finished it. */
  | {
      readonly type: "run";
      readonly target: string;
      readonly fingerprint: string;
      readonly inputs: Readonly<Record<string, string>>;
      readonly seed: number;
      readonly version: string;
      readonly end?: EndReason;
    }
  /** A process took the run up (again); `orphans` are calls sent by earlier ones and never seen answered. */
  | { readonly type: "open"; readonly elapsedMs: number; readonly orphans: number }
  /** `key` names candidate, split, row and sample; `calls` are the keys of the LM calls it took, sorted. */
  | { readonly type: "row"; readonly key: string; readonly row: Row; readonly calls: readonly string[] }
  /** The clock ended the run at its `asks`-th step (an ask, a proposer call, a chain), at a limit of `seconds`. */
  | { readonly type: "timed-end"; readonly asks: number; readonly seconds: number };

/**
 * An append-only log with one writer. `append` resolves when the record would survive the death of this process, in
 * order; a failed append rejects with a `storage` error, and so do all later ones.
 */
export interface Journal {
  /** The records of earlier processes, in order. Read once, before the first append. */
  read(): AsyncIterable<JournalRecord>;
  append(record: JournalRecord): Promise<void>;
  /** Flushes, then lets another process open it. Idempotent. */
  close(): Promise<void>;
}

/** Where journals live. `open` takes the run's single-writer lock: a `locked` error names a living owner. */
export interface JournalStore {
  /** `name` is a run's directory-safe name: [a-zA-Z0-9._-], at most 128 characters. */
  open(name: string): Promise<Journal>;
  list(): Promise<readonly string[]>;
}
