import { CultivarError } from "../ground/errors.ts";
import type { Journal, JournalRecord, JournalStore } from "./journal.ts";

/** Journals in this process's memory, for tests and for runs that need not outlive it. */
export function memoryJournalStore(): JournalStore {
  const runs = new Map<string, string[]>();
  const open = new Set<string>();
  return {
    list: () => Promise.resolve([...runs.keys()]),
    open(name): Promise<Journal> {
      if (open.has(name)) {
        return Promise.reject(
          new CultivarError("locked", `journal ${name}: already open in this process; close it first`),
        );
      }
      open.add(name);
      const lines = runs.get(name) ?? [];
      runs.set(name, lines);
      const earlier = lines.length;
      let closed = false;
      return Promise.resolve({
        async *read() {
          for (const line of lines.slice(0, earlier)) yield JSON.parse(line) as JournalRecord;
        },
        append(record) {
          if (closed) return Promise.reject(new CultivarError("journal", `journal ${name}: append after close`));
          lines.push(JSON.stringify(record));
          return Promise.resolve();
        },
        close() {
          if (!closed) open.delete(name);
          closed = true;
          return Promise.resolve();
        },
      });
    },
  };
}
