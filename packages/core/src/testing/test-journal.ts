import assert from "node:assert/strict";
import { isCultivarError } from "../ground/errors.ts";
import type { Journal, JournalRecord, JournalStore } from "../searching/journal.ts";
import type { TestRunner } from "./test-language-model.ts";

export interface JournalSuite {
  /** An empty store; called once per test. */
  readonly makeStore: () => JournalStore | Promise<JournalStore>;
  /** Tests that do not apply, by name, each with the reason. */
  readonly skip?: readonly { readonly reason: string; readonly tests: readonly string[] }[];
}

const tool = (address: string, output: unknown = address): JournalRecord => ({ type: "tool", address, output });
const numbered = (count: number, from = 0): readonly JournalRecord[] =>
  Array.from({ length: count }, (_, i) => tool(`step ${from + i}`, { number: from + i }));

async function recordsOf(journal: Journal): Promise<readonly JournalRecord[]> {
  const records: JournalRecord[] = [];
  for await (const record of journal.read()) records.push(record);
  return records;
}

/** What a process that opens `name` now finds. */
async function reopened(store: JournalStore, name: string): Promise<readonly JournalRecord[]> {
  const journal = await store.open(name);
  const records = await recordsOf(journal);
  await journal.close();
  return records;
}

async function written(store: JournalStore, name: string, records: readonly JournalRecord[]): Promise<void> {
  const journal = await store.open(name);
  for (const record of records) await journal.append(record);
  await journal.close();
}

/** One record of every type, with and without what is optional. */
const everyType: readonly JournalRecord[] = [
  { type: "run", target: "t", fingerprint: "f", inputs: { data: "d" }, seed: 0, version: "1.0.0" },
  { type: "open", elapsedMs: 0, orphans: 0 },
  { type: "intent", key: "a", model: "p/m", worstUsd: 0.25 },
  { type: "intent", key: "b", model: "p/m" },
  {
    type: "reply",
    key: "a",
    response: { text: "hi", usage: { inputTokens: 1 }, finishReason: "stop", warnings: [] },
    elapsedMs: 1.5,
  },
  { type: "fault", key: "b", code: "transport", message: "reset" },
  { type: "vectors", key: "c", vectors: [[0.1, -2e-9], []] },
  { type: "tool", address: "0/1", error: "no such city" },
  { type: "row", key: "r", row: { id: "e", score: 0.5, objectives: { short: 1 } }, calls: [] },
  { type: "timed-end", asks: 3, seconds: 10 },
];

const texts: readonly string[] = [
  "Zürich 東京 \u{1f331} e\u0301",
  "line\nfeed\r\nreturn\ttab\u0000nul\u001b[31m",
  "\u0085 next line, \u2028 line separator, \u2029 paragraph separator",
  "\ud800 a lone surrogate \udc00",
  '{"type":"run"}\n00000000 {"type":"run"}\n',
  "\ufeff a byte order mark, \u202e right to left",
  "",
];

const cases: Readonly<Record<string, (store: JournalStore) => Promise<void>>> = {
  "is empty when new": async (store) => {
    assert.deepEqual(await reopened(store, "new"), []);
  },
  "keeps every record, in order": async (store) => {
    await written(store, "run", numbered(200));
    assert.deepEqual(await reopened(store, "run"), numbered(200));
  },
  "keeps every type of record as it was": async (store) => {
    await written(store, "run", everyType);
    assert.deepEqual(await reopened(store, "run"), everyType);
  },
  "goes on after reading": async (store) => {
    await written(store, "run", numbered(3));
    const journal = await store.open("run");
    assert.deepEqual(await recordsOf(journal), numbered(3));
    for (const record of numbered(2, 3)) await journal.append(record);
    await journal.close();
    assert.deepEqual(await reopened(store, "run"), numbered(5));
  },
  "goes on without reading": async (store) => {
    for (let i = 0; i < 4; i++) await written(store, "run", numbered(2, 2 * i));
    assert.deepEqual(await reopened(store, "run"), numbered(8));
  },
  "keeps the order of concurrent appends": async (store) => {
    const journal = await store.open("run");
    await Promise.all(numbered(1000).map((record) => journal.append(record)));
    const more = numbered(1000, 1000).map((record, i) =>
      // From several turns of the event loop, while earlier ones are being written.
      i % 100 === 0
        ? new Promise((resolve) => setImmediate(resolve)).then(() => journal.append(tool(`late ${i}`)))
        : journal.append(record),
    );
    await Promise.all(more);
    await journal.close();
    const found = await reopened(store, "run");
    assert.equal(found.length, 2000);
    assert.deepEqual(found.slice(0, 1000), numbered(1000));
    const addresses = found.slice(1000).map((record) => (record.type === "tool" ? record.address : ""));
    const expected = numbered(1000, 1000).filter((_, i) => i % 100 !== 0);
    assert.deepEqual(
      addresses.filter((address) => address.startsWith("step")),
      expected.map((record) => (record.type === "tool" ? record.address : "")),
    );
  },
  "flushes appends that nobody waited for when it closes": async (store) => {
    const journal = await store.open("run");
    const pending = numbered(50).map((record) => journal.append(record));
    await journal.close();
    await Promise.all(pending);
    assert.deepEqual(await reopened(store, "run"), numbered(50));
  },
  "keeps any text": async (store) => {
    const records = texts.map((text, i) => tool(String(i), text));
    await written(store, "run", records);
    assert.deepEqual(await reopened(store, "run"), records);
  },
  "keeps data with a member named __proto__ as data": async (store) => {
    const output: unknown = JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":1}}');
    await written(store, "run", [tool("a", output)]);
    const [record] = await reopened(store, "run");
    assert.ok(record?.type === "tool");
    assert.equal(JSON.stringify(record.output), JSON.stringify(output));
    assert.equal(Object.getPrototypeOf(record.output), Object.prototype);
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  },
  "keeps big records": async (store) => {
    const records = [tool("before"), tool("big", "x€".repeat(1_000_000)), tool("after")];
    await written(store, "run", records);
    assert.deepEqual(await reopened(store, "run"), records);
  },
  "takes a record as it is when appended": async (store) => {
    const output = { value: 1 };
    const journal = await store.open("run");
    const appended = journal.append(tool("a", output));
    output.value = 2;
    await appended;
    await journal.close();
    assert.deepEqual(await reopened(store, "run"), [tool("a", { value: 1 })]);
  },
  "has one writer at a time": async (store) => {
    const journal = await store.open("run");
    await assert.rejects(store.open("run"), hasCode("locked"));
    await journal.append(tool("still mine"));
    await journal.close();
    assert.deepEqual(await reopened(store, "run"), [tool("still mine")]);
  },
  "lets one of several openers in": async (store) => {
    const opened = await Promise.allSettled(Array.from({ length: 8 }, () => store.open("run")));
    const journals = opened.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    assert.equal(journals.length, 1);
    for (const result of opened) if (result.status === "rejected") hasCode("locked")(result.reason);
    await journals[0]!.close();
    assert.deepEqual(await reopened(store, "run"), []);
  },
  "keeps runs apart and lists them": async (store) => {
    assert.deepEqual(await store.list(), []);
    const [a, b] = [await store.open("a"), await store.open("b.2-x_Y")];
    await Promise.all([a.append(tool("of a")), b.append(tool("of b"))]);
    await Promise.all([a.close(), b.close()]);
    assert.deepEqual(await reopened(store, "a"), [tool("of a")]);
    assert.deepEqual(await reopened(store, "b.2-x_Y"), [tool("of b")]);
    assert.deepEqual([...(await store.list())].sort(), ["a", "b.2-x_Y"]);
  },
  "closes more than once": async (store) => {
    const journal = await store.open("run");
    await Promise.all([journal.close(), journal.close()]);
    const next = await store.open("run");
    await journal.close();
    // A second close of the first may not give away the lock of the second.
    await assert.rejects(store.open("run"), hasCode("locked"));
    await next.close();
  },
  "refuses an append after close": async (store) => {
    const journal = await store.open("run");
    await journal.append(tool("a"));
    await journal.close();
    await assert.rejects(journal.append(tool("b")), hasCode("journal"));
    assert.deepEqual(await reopened(store, "run"), [tool("a")]);
  },
};

/** The names of the suite's tests, as `skip` takes them. */
export const journalTests: readonly string[] = Object.keys(cases);

/**
 * Registers what every journal store must do with `runner`, as tests named `<name>: <test>`. Durability across the
 * death of a process is a store's own to test. Throws when `skip` names a test that does not exist.
 */
export function testJournal(runner: TestRunner, name: string, suite: JournalSuite): void {
  const skipped = new Set(suite.skip?.flatMap(({ tests }) => tests));
  for (const test of skipped) {
    assert.ok(Object.hasOwn(cases, test), `testJournal: skip names ${JSON.stringify(test)}, which is no test`);
  }
  for (const [test, run] of Object.entries(cases)) {
    if (!skipped.has(test)) runner.test(`${name}: ${test}`, async () => run(await suite.makeStore()));
  }
}

function hasCode(code: "locked" | "journal"): (error: unknown) => true {
  return (error) => {
    assert.ok(isCultivarError(error, code), `expected a CultivarError "${code}", got ${String(error)}`);
    return true;
  };
}
