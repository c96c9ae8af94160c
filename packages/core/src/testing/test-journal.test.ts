import { describe, expect, test } from "vitest";
import { memoryJournalStore } from "../searching/memory-journal.ts";
import { journalTests, testJournal } from "./test-journal.ts";

describe("memoryJournalStore", () => {
  testJournal({ test }, "memory", { makeStore: memoryJournalStore });
});

describe("testJournal", () => {
  const registered = (skip: readonly string[]): string[] => {
    const names: string[] = [];
    testJournal({ test: (name) => void names.push(name) }, "x", {
      makeStore: memoryJournalStore,
      skip: [{ reason: "not now", tests: skip }],
    });
    return names;
  };

  test("leaves out what is skipped, and nothing else", () => {
    expect(registered(journalTests.slice(0, 1))).toEqual(journalTests.slice(1).map((name) => `x: ${name}`));
  });

  test("refuses to skip a test that does not exist", () => {
    expect(() => registered(["no such test"])).toThrow(/no such test/);
  });

  test("fails a store that loses records", async () => {
    const failures: string[] = [];
    const runs: Promise<void>[] = [];
    const runner = {
      test: (name: string, run: () => Promise<void>) => void runs.push(run().catch(() => void failures.push(name))),
    };
    const forgetful = () => {
      const store = memoryJournalStore();
      return {
        list: () => store.list(),
        open: async (name: string) => {
          const journal = await store.open(name);
          let count = 0;
          return {
            ...journal,
            append: async (record: never) => void (count++ % 2 === 0 && (await journal.append(record))),
          };
        },
      };
    };
    testJournal(runner, "x", { makeStore: forgetful });
    await Promise.all(runs);
    expect(failures).toContain("x: keeps every record, in order");
    expect(failures).not.toContain("x: is empty when new");
  });
});
