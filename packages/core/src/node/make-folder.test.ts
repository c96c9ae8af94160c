import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { fileJournalStore } from "./file-journal.ts";
import { makeFolder } from "./make-folder.ts";
import { sqliteCache } from "./sqlite-cache.ts";

const root = mkdtempSync(join(tmpdir(), "cultivar-folder-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

test("makes what is missing, and is content with what is there", () => {
  const path = join(root, "a", "b", "c");
  makeFolder(path);
  makeFolder(path);
  expect(existsSync(path)).toBe(true);
});

test("says that a part of the path is a file", () => {
  writeFileSync(join(root, "file"), "");
  expect(() => makeFolder(join(root, "file", "x", "y"))).toThrow(/ENOTDIR/);
});

test("a read-only disk is named as such, by the journal and by the cache", async ({ skip }) => {
  const disk = mkdtempSync(join(root, "m-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "ro,size=64k", "tmpfs", disk], { stdio: "ignore" });
  } catch {
    return skip("no right to mount a small tmpfs here");
  }
  try {
    const store = fileJournalStore({ directory: join(disk, "a", "b", "runs") });
    await expect(store.open("run")).rejects.toThrow(/EROFS.*the file system is read-only: choose another place/);
    const warnings: string[] = [];
    const file = join(disk, "a", "b", "replies.db");
    const cache = sqliteCache({ file, onWarning: (message) => warnings.push(message) });
    const response = { text: "made", usage: {}, finishReason: "stop", warnings: [] } as const;
    expect(await cache.once("0".repeat(64), async () => ({ response, keep: true }))).toEqual({ response, hit: false });
    expect(warnings).toEqual([expect.stringMatching(/the file system is read-only.*going on without the cache/)]);
    await cache.close();
  } finally {
    execFileSync("umount", ["-l", disk]);
  }
});
