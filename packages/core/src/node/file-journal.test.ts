import { execFileSync, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import * as fc from "fast-check";
import type { JournalRecord } from "../searching/journal.ts";
import { testJournal } from "../testing/test-journal.ts";
import { fileJournalStore } from "./file-journal.ts";

const root = mkdtempSync(join(tmpdir(), "cultivar-journal-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const folder = (): string => mkdtempSync(join(root, "d-"));
const fixture = (name: string): string => join(import.meta.dirname, "fixtures", name);
const tool = (address: string, output: unknown = address): JournalRecord => ({ type: "tool", address, output });

async function contents(directory: string, name = "run"): Promise<readonly string[]> {
  const journal = await fileJournalStore({ directory }).open(name);
  const found: string[] = [];
  for await (const record of journal.read()) if (record.type === "tool") found.push(record.address);
  await journal.close();
  return found;
}

async function write(directory: string, records: readonly JournalRecord[]): Promise<string> {
  const journal = await fileJournalStore({ directory }).open("run");
  await Promise.all(records.map((record) => journal.append(record)));
  await journal.close();
  return join(directory, "run.journal.jsonl");
}

const numbers = (count: number): readonly string[] => Array.from({ length: count }, (_, i) => String(i));

testJournal({ test }, "fileJournalStore", { makeStore: () => fileJournalStore({ directory: folder() }) });

describe("the file", () => {
  test("is one checksummed line per record, for its owner only, in the words of other tools too", async () => {
    const directory = folder();
    const file = await write(directory, [tool("a", "\u0085\u2028\u2029 {\n"), tool("b")]);
    const text = readFileSync(file, "utf8");
    // Golden: CRC-32 (zlib) of the JSON's bytes.
    expect(text.split("\n")[1]).toBe('4b1013c4 {"type":"tool","address":"b","output":"b"}');
    expect(text.split(/[\n\r\u0085\u2028\u2029]/)).toHaveLength(3);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory)).toEqual(["run.journal.jsonl"]);
  });

  test.each(["", "../x", "a/b", "a\\b", "a\0b", "ü", "x".repeat(129)])("refuses the name %j", async (name) => {
    const directory = folder();
    await expect(fileJournalStore({ directory }).open(name)).rejects.toMatchObject({ code: "config" });
    expect(readdirSync(directory)).toEqual([]);
  });

  test("of a run named .. stays in the folder", async () => {
    const directory = folder();
    await contents(directory, "..");
    expect(readdirSync(directory)).toEqual(["...journal.jsonl"]);
  });

  test("refuses what could not be read back, and goes on", async () => {
    const directory = folder();
    const journal = await fileJournalStore({ directory }).open("run");
    const endless: { self?: unknown } = {};
    endless.self = endless;
    await expect(journal.append(tool("a", endless))).rejects.toMatchObject({ code: "journal" });
    await expect(journal.append({ type: "timed-end", asks: 1, seconds: Infinity })).rejects.toMatchObject({
      code: "journal",
      message: expect.stringContaining("expected number seconds in a timed-end record, got Infinity") as string,
    });
    await journal.append(tool("b"));
    await journal.close();
    expect(await contents(directory)).toEqual(["b"]);
  });
});

describe("a torn tail", () => {
  test("is cut off at every byte of the last 2 KiB, and what is appended then is whole", async () => {
    const whole = readFileSync(
      await write(
        folder(),
        numbers(60).map((n) => tool(n, "é".repeat(Number(n)))),
      ),
    );
    const ends = [...whole.keys()].filter((i) => whole[i] === 10).map((i) => i + 1);
    let length = whole.length - 2048;
    const lane = async (): Promise<void> => {
      const directory = folder();
      const file = join(directory, "run.journal.jsonl");
      while (length < whole.length) {
        const at = length++;
        writeFileSync(file, whole.subarray(0, at));
        const kept = ends.filter((end) => end <= at).length;
        const journal = await fileJournalStore({ directory }).open("run");
        await journal.append(tool("after"));
        await journal.close();
        expect(await contents(directory)).toEqual([...numbers(kept), "after"]);
      }
    };
    await Promise.all(Array.from({ length: 16 }, lane));
  }, 120_000);

  test.each([0, 1, 8, 9, 30])("of a file of one torn line (%i bytes) is the whole file", async (length) => {
    const directory = folder();
    truncateSync(await write(directory, [tool("a", "b".repeat(50))]), length);
    expect(await contents(directory)).toEqual([]);
  });

  test("that holds ended lines is kept beside the journal", async () => {
    const directory = folder();
    const file = await write(directory, [tool("a"), tool("b")]);
    const whole = readFileSync(file);
    const garbage = Buffer.concat([Buffer.alloc(700), Buffer.from("\nhalf a li\nne")]);
    for (const n of [1, 2]) {
      writeFileSync(file, Buffer.concat([whole, garbage]));
      expect(await contents(directory)).toEqual(["a", "b"]);
      expect(readFileSync(`${file}.cut-${n}`)).toEqual(garbage);
      expect(readFileSync(file)).toEqual(whole);
    }
    expect(await fileJournalStore({ directory }).list()).toEqual(["run"]);
  });
});

describe("damage", () => {
  test("in the middle is an error that names line and byte, and leaves the file", async () => {
    const directory = folder();
    const file = await write(
      directory,
      numbers(5).map((n) => tool(n)),
    );
    const bytes = readFileSync(file);
    const offset = bytes.indexOf(10, bytes.indexOf(10) + 1) + 1;
    bytes.writeUInt8(bytes.readUInt8(offset + 20) ^ 4, offset + 20);
    writeFileSync(file, bytes);
    const opening = fileJournalStore({ directory }).open("run");
    await expect(opening).rejects.toMatchObject({ code: "journal", fields: { line: 3, offset } });
    await expect(opening).rejects.toThrow(`${file}: line 3 (byte ${offset}) does not match its checksum`);
    expect(readFileSync(file)).toEqual(bytes);
    // The lock is not left behind.
    expect(readdirSync(directory)).toEqual(["run.journal.jsonl"]);
    truncateSync(file, offset);
    expect(await contents(directory)).toEqual(["0", "1"]);
  });

  test("of any one bit opens with a prefix, or is a precise error and leaves the file", async () => {
    const directory = folder();
    const file = await write(
      directory,
      numbers(6).map((n) => tool(n)),
    );
    const whole = readFileSync(file);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(7), async (at, bit) => {
        const bytes = Buffer.from(whole);
        bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << bit), at);
        writeFileSync(file, bytes);
        const result = await contents(directory).catch((error: unknown) => error);
        const refused = { code: "journal", fields: expect.objectContaining({ path: file }) as unknown };
        const precise = expect.objectContaining(refused) as unknown;
        // Four when the line feed before the last line was hit, which makes the last two one.
        expect([precise, numbers(5), numbers(4)]).toContainEqual(result);
        expect(Array.isArray(result) || readFileSync(file).equals(bytes)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test("a file that is no journal is left alone", async () => {
    const directory = folder();
    const file = join(directory, "run.journal.jsonl");
    writeFileSync(file, "dear diary,\nnothing today\n");
    await expect(contents(directory)).rejects.toMatchObject({ code: "journal" });
    expect(readFileSync(file, "utf8")).toBe("dear diary,\nnothing today\n");
  });
});

describe("a killed process", () => {
  test("has written whatever it was told is written", async () => {
    const directory = folder();
    let acknowledged: string[] = [];
    for (let round = 0; round < 6; round++) {
      const first = acknowledged.reduce((most, n) => Math.max(most, Number(n)), 0) + 1000;
      const child = spawn(process.execPath, [fixture("append-until-killed.ts"), directory, String(first)], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      let said = "";
      child.stdout.on("data", (chunk: Buffer) => {
        said += chunk.toString();
        if (said.length > 500 + 1300 * round) child.kill("SIGKILL");
      });
      const [, signal] = (await once(child, "close")) as [number | null, string | null];
      expect(signal).toBe("SIGKILL");
      acknowledged = [...acknowledged, ...said.slice(0, said.lastIndexOf("\n")).split("\n")];
      const found = await contents(directory);
      expect(new Set(found).size).toBe(found.length);
      const there = new Set(found);
      expect(acknowledged.filter((number) => !there.has(number))).toEqual([]);
    }
    expect(acknowledged.length).toBeGreaterThan(500);
  }, 60_000);

  test("leaves a lock that exactly one of several processes takes over", async () => {
    const directory = folder();
    const children: ReturnType<typeof fork>[] = [];
    const start = async (): Promise<ReturnType<typeof fork>> => {
      const child = fork(fixture("open-and-hold.ts"), [directory]);
      children.push(child);
      expect(await once(child, "message")).toEqual(["ready", undefined]);
      return child;
    };
    const tried = async (child: ReturnType<typeof fork>): Promise<unknown> => {
      const answer = once(child, "message");
      child.send("go");
      return ((await answer) as unknown[])[0];
    };
    try {
      let owner = await start();
      expect(await tried(owner)).toBe("opened");
      for (let round = 0; round < 5; round++) {
        await expect(contents(directory)).rejects.toMatchObject({ code: "locked", fields: { pid: owner.pid } });
        const racers = await Promise.all([start(), start(), start(), start()]);
        owner.kill("SIGKILL");
        await once(owner, "exit");
        const answers = await Promise.all(racers.map(tried));
        expect(answers.map(String).toSorted((a, b) => a.localeCompare(b))).toEqual([
          "locked",
          "locked",
          "locked",
          "opened",
        ]);
        owner = racers[answers.indexOf("opened")]!;
        for (const racer of racers) if (racer !== owner) racer.kill("SIGKILL");
      }
      owner.kill("SIGKILL");
      await once(owner, "exit");
      expect(await contents(directory)).toEqual([]);
    } finally {
      for (const child of children) child.kill("SIGKILL");
    }
    expect(readdirSync(directory).filter((name) => name.endsWith(".next"))).toEqual([]);
  }, 60_000);
});

function mounted(options: string): { readonly directory: string; unmount(): void } | undefined {
  const directory = folder();
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", directory], { stdio: "ignore" });
  } catch {
    return undefined;
  }
  return { directory, unmount: () => void execFileSync("umount", ["-l", directory]) };
}

describe("a disk that cannot be written", () => {
  test("when it is full: appends reject with the path, nothing is glued on, and the run goes on once there is space", async ({
    skip,
  }) => {
    const disk = mounted("size=64k");
    if (disk === undefined) return skip("no right to mount a small tmpfs here");
    try {
      const file = join(disk.directory, "run.journal.jsonl");
      const journal = await fileJournalStore(disk).open("run");
      const big = "x".repeat(5000);
      let acknowledged = 0;
      const append = (): Promise<unknown> =>
        journal.append(tool(String(acknowledged), big)).then(
          () => void acknowledged++,
          (error: unknown) => error,
        );
      let failure = await append();
      while (failure === undefined) failure = await append();
      expect(failure).toMatchObject({ code: "storage", fields: { path: file, code: "ENOSPC" } });
      expect(acknowledged).toBeGreaterThan(5);
      execFileSync("mount", ["-o", "remount,size=1m", disk.directory]);
      await expect(journal.append(tool("small"))).rejects.toBe(failure);
      await journal.close();
      expect(await contents(disk.directory)).toEqual(numbers(acknowledged));
      const again = await fileJournalStore(disk).open("run");
      await again.append(tool(String(acknowledged), big));
      await again.close();
      expect(await contents(disk.directory)).toEqual(numbers(acknowledged + 1));
    } finally {
      disk.unmount();
    }
  });

  test("when it is read-only: opening rejects", async ({ skip }) => {
    const disk = mounted("ro,size=64k");
    if (disk === undefined) return skip("no right to mount a read-only tmpfs here");
    try {
      await expect(fileJournalStore(disk).open("run")).rejects.toMatchObject({
        code: "storage",
        message: expect.stringMatching(/run\.lock: .*read-only: choose another place/) as string,
      });
    } finally {
      disk.unmount();
    }
  });

  test("when a part of its path is a file: opening rejects", async () => {
    const file = join(folder(), "file");
    writeFileSync(file, "");
    const opening = fileJournalStore({ directory: join(file, "runs") }).open("run");
    await expect(opening).rejects.toMatchObject({ code: "storage", fields: { path: join(file, "runs") } });
  });
});
