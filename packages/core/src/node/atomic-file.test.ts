import { execFileSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  lstatSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readTextFile, writeFileAtomically } from "./atomic-file.ts";

const root = mkdtempSync(join(tmpdir(), "cultivar-atomic-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const folder = (): string => mkdtempSync(join(root, "d-"));

describe("writeFileAtomically", () => {
  test("makes a file, and replaces one, with nothing left beside it", async () => {
    const path = join(folder(), "a.json");
    await writeFileAtomically(path, "one");
    expect(readFileSync(path, "utf8")).toBe("one");
    expect(statSync(path).mode & 0o777).toBe(0o666 & ~process.umask());
    await writeFileAtomically(path, "zwei ü\ud83c\udf31");
    expect(readFileSync(path, "utf8")).toBe("zwei ü\ud83c\udf31");
    expect(readdirSync(join(path, ".."))).toEqual(["a.json"]);
  });

  test.each([0o600, 0o640, 0o666])("keeps mode %o", async (mode) => {
    const path = join(folder(), "a.json");
    writeFileSync(path, "one");
    chmodSync(path, mode);
    await writeFileAtomically(path, "two");
    expect(statSync(path).mode & 0o777).toBe(mode);
  });

  test("replaces the file behind a symbolic link", async () => {
    const directory = folder();
    const [real, link] = [join(directory, "real.json"), join(directory, "link.json")];
    writeFileSync(real, "one");
    symlinkSync(real, link);
    await writeFileAtomically(link, "two");
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readFileSync(real, "utf8")).toBe("two");
  });

  test("shows a reader one whole text or another", async () => {
    const path = join(folder(), "a.json");
    const texts = ["a", "b", "c", "d"].map((letter) => letter.repeat(300_000));
    await writeFileAtomically(path, texts.join("").slice(0, 300_000));
    const state = { writing: true };
    const writers = Promise.all(
      texts.map(async (text) => {
        for (let i = 0; i < 10; i++) await writeFileAtomically(path, text);
      }),
    ).finally(() => (state.writing = false));
    const seen = new Set<string>();
    while (state.writing) seen.add(await readTextFile(path, 1e6));
    await writers;
    for (const text of seen) expect(texts).toContain(text);
    expect(readdirSync(join(path, ".."))).toEqual(["a.json"]);
  });

  test.each<[string, (directory: string) => string, string, RegExp]>([
    ["a folder that is not there", (d) => join(d, "no", "a.json"), "ENOENT", /a folder on the way does not exist/],
    ["a path through a file", (d) => (writeFileSync(join(d, "f"), ""), join(d, "f", "a.json")), "ENOTDIR", /is a file/],
    ["a folder", (d) => (mkdirSync(join(d, "x")), join(d, "x")), "EISDIR", /is a folder/],
  ])("%s is an error that names it, and leaves nothing", async (_name, make, code, advice) => {
    const directory = folder();
    const path = make(directory);
    const before = readdirSync(directory);
    const writing = writeFileAtomically(path, "text");
    await expect(writing).rejects.toMatchObject({ code: "storage", fields: { path, code } });
    await expect(writing).rejects.toThrow(advice);
    expect(readdirSync(directory)).toEqual(before);
  });

  test.for([
    ["full", "ENOSPC", /free some space/],
    ["read-only", "EROFS", /read-only: choose another place/],
  ] as const)("on a %s disk keeps the old file and leaves nothing", async ([kind, code, advice], { skip }) => {
    const directory = folder();
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=16k", "tmpfs", directory], { stdio: "ignore" });
    } catch {
      return skip("no right to mount a small tmpfs here");
    }
    try {
      const path = join(directory, "a.json");
      writeFileSync(path, "old");
      if (kind === "read-only") execFileSync("mount", ["-o", "remount,ro", directory]);
      const writing = writeFileAtomically(path, "x".repeat(100_000));
      await expect(writing).rejects.toMatchObject({ code: "storage", fields: { path, code } });
      await expect(writing).rejects.toThrow(advice);
      expect(readFileSync(path, "utf8")).toBe("old");
      expect(readdirSync(directory)).toEqual(["a.json"]);
    } finally {
      execFileSync("umount", ["-l", directory]);
    }
  });
});

describe("readTextFile", () => {
  const file = (content: string | Uint8Array): string => {
    const path = join(folder(), "a.txt");
    writeFileSync(path, content);
    return path;
  };

  test("reads up to the limit, without a byte order mark", async () => {
    expect(await readTextFile(file("\ufeffzü"), 6)).toBe("zü");
    expect(await readTextFile(file(""), 0)).toBe("");
    const path = file("zürich");
    await expect(readTextFile(path, 6)).rejects.toMatchObject({
      code: "storage",
      message: `${path}: expected at most 6 bytes, got 7; check that this is the right file`,
    });
  });

  test("refuses other encodings, and says what is not there", async () => {
    await expect(readTextFile(file(Buffer.from([0xff, 0xfe, 0x41, 0])), 100)).rejects.toMatchObject({ code: "data" });
    await expect(readTextFile(join(root, "none"), 100)).rejects.toMatchObject({ code: "storage" });
    await expect(readTextFile(root, 1e6)).rejects.toMatchObject({ code: "storage", fields: { code: "EISDIR" } });
  });
});
