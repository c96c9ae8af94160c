import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messageOf } from "@cultivar/core";
import { fileJournalStore } from "@cultivar/core/node";
import { journalFile } from "./journal-state.ts";

/**
 * Cuts the only journal of a folder at every byte of its last `bytes`, and opens each: what is read must be the whole
 * lines before the cut, and a record appended then must be read back.
 */
export async function truncate(
  directory: string,
  bytes: number,
): Promise<{ readonly cuts: number; readonly violations: readonly string[] }> {
  const file = journalFile(directory)!;
  const name = file.slice(0, -".journal.jsonl".length);
  const content = readFileSync(join(directory, file));
  const copy = mkdtempSync(join(tmpdir(), "cultivar-cut-"));
  const store = fileJournalStore({ directory: copy });
  const violations: string[] = [];
  const first = Math.max(0, content.length - bytes);
  /** The records there, and one more appended when `more`. */
  const open = async (more: boolean): Promise<number> => {
    const journal = await store.open(name);
    let records = 0;
    for await (const record of journal.read()) records += record.type.length > 0 ? 1 : 0;
    if (more) await journal.append({ type: "open", elapsedMs: 0, orphans: 0 });
    await journal.close();
    return records;
  };
  try {
    for (let length = first; length < content.length; length++) {
      const head = content.subarray(0, length);
      writeFileSync(join(copy, file), head);
      // Bytes after the last line break are a torn record, which may still be whole but for its line break.
      const whole = head.toString().split("\n").length - 1;
      try {
        const read = await open(true);
        const again = await open(false);
        if (read < whole || read > whole + 1)
          violations.push(`cut at byte ${length}: ${read} records read, ${whole} whole lines there`);
        if (again !== read + 1)
          violations.push(`cut at byte ${length}: ${again} records after one was appended to ${read}`);
      } catch (error) {
        violations.push(`cut at byte ${length}: ${messageOf(error)}`);
      }
    }
    return { cuts: content.length - first, violations };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
