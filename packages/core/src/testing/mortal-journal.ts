import { CultivarError } from "../ground/errors.ts";
import type { Journal, JournalRecord, JournalStore } from "../searching/journal.ts";

/** A store whose process dies: what was appended before stays, and nothing is kept after. */
export interface MortalJournal {
  readonly store: JournalStore;
  /** What a process that comes later would find. */
  records(): readonly JournalRecord[];
}

/**
 * A journal in memory of one run, holding `earlier`, that dies after `appends` more: later appends reject with a
 * `storage` error, so that the run stops and what was in flight is lost, as in a crash. Takes no lock.
 */
export function mortalJournal(earlier: readonly JournalRecord[], appends: number): MortalJournal {
  const lines = earlier.map((record) => JSON.stringify(record));
  const names = new Set<string>();
  let left = appends;
  const records = (): readonly JournalRecord[] => lines.map((line) => JSON.parse(line) as JournalRecord);
  const journal: Journal = {
    async *read() {
      yield* records();
    },
    append(record) {
      left -= 1;
      if (left < 0) return Promise.reject(new CultivarError("storage", `mortalJournal: dead after ${appends} appends`));
      lines.push(JSON.stringify(record));
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
  const store: JournalStore = {
    open(name) {
      names.add(name);
      return Promise.resolve(journal);
    },
    list: () => Promise.resolve([...names]),
  };
  return { store, records };
}
