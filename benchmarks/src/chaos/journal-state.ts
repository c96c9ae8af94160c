import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileJournalStore } from "@cultivar/core/node";

/** What a run's journal holds, as the next process will read it. */
export interface JournalState {
  /** Keys of calls whose reply is there. */
  readonly replied: ReadonlySet<string>;
  /** Calls sent and not answered: in flight when the process died. */
  readonly inFlight: number;
}

/** The only journal file in a folder, undefined while there is none. */
export function journalFile(directory: string): string | undefined {
  try {
    return readdirSync(directory).find((name) => name.endsWith(".journal.jsonl"));
  } catch {
    return undefined;
  }
}

/** Reads a copy of the journal, so that nothing is repaired before the process under test does it. */
export async function journalState(directory: string): Promise<JournalState> {
  const replied = new Set<string>();
  const open = new Map<string, number>();
  const file = journalFile(directory);
  if (file === undefined) return { replied, inFlight: 0 };
  const copy = mkdtempSync(join(tmpdir(), "cultivar-chaos-copy-"));
  try {
    cpSync(join(directory, file), join(copy, file));
    const journal = await fileJournalStore({ directory: copy }).open(file.slice(0, -".journal.jsonl".length));
    for await (const record of journal.read()) {
      if (record.type === "intent") open.set(record.key, (open.get(record.key) ?? 0) + 1);
      if (record.type === "reply" || record.type === "fault")
        open.set(record.key, Math.max(0, (open.get(record.key) ?? 0) - 1));
      if (record.type === "reply") replied.add(record.key);
    }
    await journal.close();
    return { replied, inFlight: [...open.values()].reduce((sum, count) => sum + count, 0) };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
