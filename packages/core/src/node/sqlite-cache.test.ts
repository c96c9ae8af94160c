import { execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, describe, expect, test } from "vitest";
import { systemClock } from "../ground/clock.ts";
import type { Response } from "../values/language-model.ts";
import { currentOwner, encodeOwner } from "./process-owner.ts";
import { sqliteCache } from "./sqlite-cache.ts";

const root = mkdtempSync(join(tmpdir(), "cultivar-cache-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const cacheFile = (): string => join(mkdtempSync(join(root, "d-")), "made", "replies.db");
const fixture = (name: string): string => join(import.meta.dirname, "fixtures", name);
const key = (n: number): string => n.toString(16).padStart(64, "0");
const reply = (text: string): Response => ({ text, usage: { inputTokens: 3 }, finishReason: "stop", warnings: [] });
const never = (): Promise<never> => Promise.reject(new Error("asked for a reply that is there"));

/** A maker that counts its calls. */
function maker(text: string, keep = true) {
  const make = async (): Promise<{ response: Response; keep: boolean }> => {
    make.calls += 1;
    await new Promise((resolve) => setTimeout(resolve, 5));
    return { response: reply(text), keep };
  };
  make.calls = 0;
  return make;
}

describe("sqliteCache", () => {
  test("keeps replies from one process life to the next", async () => {
    const file = cacheFile();
    const first = sqliteCache({ file });
    expect(await first.once(key(1), maker("one"))).toEqual({ response: reply("one"), hit: false });
    expect(await first.once(key(1), never)).toEqual({ response: reply("one"), hit: true });
    await first.close();
    const second = sqliteCache({ file });
    expect(await second.once(key(1), never)).toEqual({ response: reply("one"), hit: true });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await second.close();
  });

  test("touches no file before the first question", async () => {
    const file = cacheFile();
    await sqliteCache({ file }).close();
    expect(existsSync(file)).toBe(false);
  });

  test("makes one reply for a thousand askers at once", async () => {
    const cache = sqliteCache({ file: cacheFile() });
    const make = maker("one");
    const answers = await Promise.all(Array.from({ length: 1000 }, () => cache.once(key(1), make)));
    expect(make.calls).toBe(1);
    expect(answers.filter(({ hit }) => !hit)).toHaveLength(1);
    await cache.close();
  });

  test("makes one reply for two caches in one process", async () => {
    const file = cacheFile();
    const caches = [sqliteCache({ file }), sqliteCache({ file })];
    const make = maker("one");
    const answers = await Promise.all(caches.map((cache) => cache.once(key(1), make)));
    expect(make.calls).toBe(1);
    expect(answers.filter(({ hit }) => hit)).toHaveLength(1);
    await Promise.all(caches.map((cache) => cache.close()));
  });

  test("keeps nothing that is not to be kept, and lets each asker try", async () => {
    const file = cacheFile();
    const caches = [sqliteCache({ file }), sqliteCache({ file })];
    const make = maker("cut off", false);
    const answers = await Promise.all([...caches, ...caches].map((cache) => cache.once(key(1), make)));
    expect(make.calls).toBe(4);
    expect(answers.every(({ hit }) => !hit)).toBe(true);
    await Promise.all(caches.map((cache) => cache.close()));
  });

  test("lets the next one try when a maker fails", async () => {
    const file = cacheFile();
    const first = sqliteCache({ file });
    const caches = [first, sqliteCache({ file })];
    const failing = first.once(key(1), async () => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      throw new Error("no luck");
    });
    const make = maker("second");
    const failed = failing.catch((error: unknown) => String(error));
    const waiting = [...caches, ...caches].map((cache) => cache.once(key(1), make));
    expect(await failed).toBe("Error: no luck");
    expect((await Promise.all(waiting)).map(({ response }) => response.text)).toEqual(Array(4).fill("second"));
    expect(make.calls).toBe(1);
    await Promise.all(caches.map((cache) => cache.close()));
  });

  test("stops waiting when the asker's signal aborts, here and across caches", async () => {
    const file = cacheFile();
    const first = sqliteCache({ file });
    const caches = [first, sqliteCache({ file })];
    let finish = (): void => undefined;
    const making = first.once(key(1), async () => {
      await new Promise<void>((resolve) => (finish = resolve));
      return { response: reply("late"), keep: true };
    });
    while (!existsSync(file)) await systemClock.sleep(5);
    await systemClock.sleep(30);
    for (const cache of caches) {
      await expect(cache.once(key(1), never, AbortSignal.timeout(40))).rejects.toMatchObject({ name: "TimeoutError" });
    }
    finish();
    expect((await making).hit).toBe(false);
    await Promise.all(caches.map((cache) => cache.close()));
  });

  test("does not wait for a maker that lives but gives no sign", async () => {
    const file = cacheFile();
    const stuck = sqliteCache({ file });
    void stuck.once(key(1), () => new Promise(() => undefined)).catch(() => undefined);
    while (!existsSync(file)) await systemClock.sleep(5);
    await systemClock.sleep(30);
    // Time in which the maker's beats, on the machine's own clock, cannot be seen.
    let now = 0;
    const sleep = (): Promise<void> => ((now += 500), systemClock.sleep(1));
    const clock = { ...systemClock, now: () => now, sleep };
    const cache = sqliteCache({ file, clock });
    const make = maker("instead");
    expect(await cache.once(key(1), make)).toMatchObject({ hit: false });
    await Promise.all([stuck.close(), cache.close()]);
  });

  test("gives a dead maker's claim to one of many who see it", async () => {
    const file = cacheFile();
    const child = fork(fixture("make-forever.ts"), [file, key(2)]);
    await once(child, "message");
    child.kill("SIGKILL");
    await once(child, "exit");
    const gone = encodeOwner({ ...currentOwner(), pid: Number(child.pid) });
    const caches = Array.from({ length: 6 }, () => sqliteCache({ file }));
    await Promise.all(caches.map((cache) => cache.once(key(0), maker("x"))));
    const db = new DatabaseSync(file);
    db.prepare("insert into claims (key, owner, beat) values (?, ?, 3)").run(key(1), gone);
    db.close();
    const make = maker("one");
    const answers = await Promise.all(caches.map((cache) => cache.once(key(1), make)));
    expect(make.calls).toBe(1);
    expect(answers.filter(({ hit }) => !hit)).toHaveLength(1);
    await Promise.all(caches.map((cache) => cache.close()));
  });

  test("makes old replies anew", async () => {
    const file = cacheFile();
    let wall = 1_000_000_000_000;
    const clock = { ...systemClock, wall: () => wall };
    const cache = sqliteCache({ file, maxAgeDays: 2, clock });
    await cache.once(key(1), maker("old"));
    wall += 2 * 86_400_000;
    expect((await cache.once(key(1), never)).response.text).toBe("old");
    wall += 1;
    expect(await cache.once(key(1), maker("new"))).toEqual({ response: reply("new"), hit: false });
    await cache.close();
  });

  test("refuses questions after close", async () => {
    const cache = sqliteCache({ file: cacheFile() });
    await cache.close();
    await cache.close();
    await expect(cache.once(key(1), maker("x"))).rejects.toMatchObject({ code: "storage" });
  });
});

describe("several processes", () => {
  test("ask 8 times for 100 keys, and each reply is made once", async () => {
    const file = cacheFile();
    const ledger = join(mkdtempSync(join(root, "l-")), "ledger");
    const children = Array.from({ length: 8 }, (_, i) =>
      fork(fixture("ask-cache.ts"), [file, ledger, "100", i % 2 === 0 ? "up" : "down"]),
    );
    try {
      await Promise.all(children.map((child) => once(child, "message")));
      const answers = children.map((child) => once(child, "message"));
      for (const child of children) child.send("go");
      for (const [answer] of (await Promise.all(answers)) as unknown[][]) {
        expect(answer).toEqual({ replies: Array.from({ length: 100 }, (_, i) => `reply ${i}`), warnings: [] });
      }
    } finally {
      for (const child of children) child.kill("SIGKILL");
    }
    const made = readFileSync(ledger, "utf8").trim().split("\n");
    expect(made.map((line) => line.split(" ")[0]).sort()).toEqual(Array.from({ length: 100 }, (_, i) => key(i)));
    expect(new Set(made.map((line) => line.split(" ")[1])).size).toBeGreaterThan(1);
  }, 60_000);

  test("take over from a maker that was killed", async () => {
    const file = cacheFile();
    const child = fork(fixture("make-forever.ts"), [file, key(7)]);
    await once(child, "message");
    const cache = sqliteCache({ file });
    const make = maker("taken over");
    const asked = cache.once(key(7), make);
    await systemClock.sleep(60);
    expect(make.calls).toBe(0);
    child.kill("SIGKILL");
    // Well before a silent maker would be given up, or this test times out.
    expect(await asked).toEqual({ response: reply("taken over"), hit: false });
    await cache.close();
  }, 15_000);

  test("replace a damaged file once between them", async () => {
    const file = cacheFile();
    const ledger = join(mkdtempSync(join(root, "l-")), "ledger");
    const earlier = sqliteCache({ file });
    await earlier.once(key(0), maker("x"));
    await earlier.close();
    writeFileSync(file, "not a database at all ".repeat(500));
    const children = Array.from({ length: 4 }, () => fork(fixture("ask-cache.ts"), [file, ledger, "10", "up"]));
    try {
      await Promise.all(children.map((child) => once(child, "message")));
      const answers = children.map((child) => once(child, "message"));
      for (const child of children) child.send("go");
      const told = ((await Promise.all(answers)) as [{ warnings: string[] }][]).flatMap(([{ warnings }]) => warnings);
      expect(told).toEqual([expect.stringMatching(/replies\.db: the cache file is damaged .* moved to .*corrupt-1,/)]);
    } finally {
      for (const child of children) child.kill("SIGKILL");
    }
    expect(readdirSync(join(file, "..")).filter((name) => /corrupt-\d+$/.test(name))).toEqual(["replies.db.corrupt-1"]);
    expect(readFileSync(ledger, "utf8").trim().split("\n")).toHaveLength(10);
  }, 60_000);
});

describe("a damaged cache", () => {
  test("that breaks while in use is replaced, and the run goes on", async () => {
    const file = cacheFile();
    const warnings: string[] = [];
    const filling = sqliteCache({ file });
    for (let i = 0; i < 200; i++)
      await filling.once(key(i), async () => ({ response: reply("x".repeat(500)), keep: true }));
    await filling.close();
    const bytes = readFileSync(file);
    // Page 1 (header and schema) stays whole: it opens, and breaks when asked.
    writeFileSync(file, Buffer.concat([bytes.subarray(0, 4096), Buffer.alloc(bytes.length - 4096, 0xa5)]));
    const cache = sqliteCache({ file, onWarning: (message) => warnings.push(message) });
    const make = maker("again");
    const answers = await Promise.all([3, 4, 3].map((n) => cache.once(key(n), make)));
    expect(answers.map(({ response }) => response.text)).toEqual(["again", "again", "again"]);
    expect(make.calls).toBe(2);
    expect(warnings).toHaveLength(1);
    expect(readFileSync(`${file}.corrupt-1`).length).toBe(bytes.length);
    await cache.close();
  });

  test.each([
    ["no JSON", "{"],
    ["no reply", '{"text":1}'],
    ["a reply that was cut off", JSON.stringify({ ...reply("x"), finishReason: "length" })],
    ["usage that is no count", JSON.stringify({ ...reply("x"), usage: { inputTokens: "3" } })],
    ["a negative count", JSON.stringify({ ...reply("x"), usage: { inputTokens: -3 } })],
    [
      "a __proto__ member",
      '{"text":"x","usage":{},"finishReason":"stop","warnings":[],"parsed":{"__proto__":{"a":1}}}',
    ],
    [
      "a spelt-out __proto__",
      '{"text":"x","usage":{},"finishReason":"stop","warnings":[],"parsed":{"\\u005f_proto__":1}}',
    ],
    ["a tool call without a name", JSON.stringify({ ...reply("x"), toolCalls: [{ id: "1", arguments: {} }] })],
  ])("does not answer with %s", async (_name, text) => {
    const file = cacheFile();
    const cache = sqliteCache({ file });
    await cache.once(key(1), maker("x"));
    const db = new DatabaseSync(file);
    db.prepare("update replies set text = ? where key = ?").run(text, key(1));
    db.close();
    expect(await cache.once(key(1), maker("new"))).toEqual({ response: reply("new"), hit: false });
    expect(await cache.once(key(1), never)).toEqual({ response: reply("new"), hit: true });
    await cache.close();
  });

  test("keeps whole replies of every shape", async () => {
    const cache = sqliteCache({ file: cacheFile() });
    const response: Response = {
      text: "\ud800\u2028 \u001b[1m\u0000",
      parsed: { constructor: 1, list: [null, 1e300] },
      toolCalls: [{ id: "1", name: "search", arguments: "not JSON" }],
      usage: { inputTokens: 0, cachedInputTokens: 5 },
      finishReason: "tool-calls",
      warnings: ["temperature dropped"],
      modelId: "m-1",
    };
    await cache.once(key(1), () => Promise.resolve({ response, keep: true }));
    expect(await cache.once(key(1), never)).toEqual({ response, hit: true });
    await cache.close();
  });
});

describe("a disk that cannot be written", () => {
  test("costs no reply, and is told once", async () => {
    const blocked = join(mkdtempSync(join(root, "d-")), "file");
    writeFileSync(blocked, "");
    const warnings: string[] = [];
    const file = join(blocked, "replies.db");
    const cache = sqliteCache({ file, onWarning: (message) => warnings.push(message) });
    const make = maker("x");
    const asked = [key(1), key(1), key(2), key(3)].map((one) => cache.once(one, make));
    expect((await Promise.all(asked)).map(({ hit }) => hit)).toEqual([false, true, false, false]);
    expect(await cache.once(key(1), make)).toEqual({ response: reply("x"), hit: false });
    expect(make.calls).toBe(4);
    expect(warnings).toEqual([expect.stringMatching(/replies\.db: cannot use .*; going on without the cache/)]);
    await cache.close();
    expect(warnings).toHaveLength(1);
    await expect(cache.once(key(1), make)).rejects.toMatchObject({ code: "storage" });
    expect(make.calls).toBe(4);
  });

  test("when it fills up, does not cost a reply that was made", async ({ skip }) => {
    const disk = mkdtempSync(join(root, "m-"));
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", disk], { stdio: "ignore" });
    } catch {
      return skip("no right to mount a small tmpfs here");
    }
    try {
      const warnings: string[] = [];
      const cache = sqliteCache({ file: join(disk, "replies.db"), onWarning: (message) => warnings.push(message) });
      const big = reply("x".repeat(400_000));
      const made = await cache.once(key(1), () => Promise.resolve({ response: big, keep: true }));
      expect(made).toEqual({ response: big, hit: false });
      for (const n of [2, 3]) await cache.once(key(n), () => Promise.resolve({ response: big, keep: true }));
      expect(warnings).toEqual([expect.stringMatching(/replies\.db: a reply could not be stored .*full/)]);
      await cache.close();
      expect(warnings.slice(1)).toEqual([expect.stringMatching(/replies\.db: 3 replies could not be stored/)]);
    } finally {
      execFileSync("umount", ["-l", disk]);
    }
  });
});
