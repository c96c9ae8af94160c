import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { takeLock } from "./process-lock.ts";
import { currentOwner, decodeOwner, encodeOwner, ownerState } from "./process-owner.ts";
import type { Owner } from "./process-owner.ts";

const root = mkdtempSync(join(tmpdir(), "cultivar-lock-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const lockPath = (): string => join(mkdtempSync(join(root, "d-")), "run.lock");

/** An owner of this machine whose process has ended. */
async function deadOwner(): Promise<Owner> {
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "exit");
  return { ...currentOwner(), pid: child.pid! };
}

describe("takeLock", () => {
  test("is held by one until it is released", async () => {
    const path = lockPath();
    const lock = await takeLock(path);
    expect(decodeOwner(readFileSync(path, "utf8"))).toMatchObject({ pid: process.pid });
    await expect(takeLock(path)).rejects.toMatchObject({
      code: "locked",
      message: expect.stringMatching(new RegExp(`held by this process \\(${process.pid}\\) on `)) as string,
      fields: { pid: process.pid, path },
    });
    await lock.release();
    await lock.release();
    expect(readdirSync(join(path, ".."))).toEqual([]);
    await (await takeLock(path)).release();
  });

  test("of a dead owner goes to exactly one of many", async () => {
    const dead = await deadOwner();
    for (let round = 0; round < 100; round++) {
      const path = lockPath();
      writeFileSync(path, encodeOwner({ ...dead, token: currentOwner().token }));
      const results = await Promise.allSettled(Array.from({ length: 6 }, () => takeLock(path)));
      expect(results.map((result) => result.status).sort()).toEqual([
        "fulfilled",
        ...Array<string>(5).fill("rejected"),
      ]);
      const codes = results.map((result) =>
        result.status === "rejected" ? (result.reason as { code: string }).code : "taken",
      );
      expect(codes.filter((code) => code === "locked")).toHaveLength(5);
      for (const result of results) if (result.status === "fulfilled") await result.value.release();
      expect(readdirSync(join(path, ".."))).toEqual([]);
    }
  });

  test("is never held twice when takers come and go", async () => {
    const dead = await deadOwner();
    const path = lockPath();
    writeFileSync(path, encodeOwner(dead));
    let holders = 0;
    let most = 0;
    let taken = 0;
    const lane = async (): Promise<void> => {
      for (let i = 0; i < 150; i++) {
        const lock = await takeLock(path).catch(() => undefined);
        if (lock === undefined) continue;
        holders += 1;
        most = Math.max(most, holders);
        taken += 1;
        await new Promise((resolve) => setImmediate(resolve));
        holders -= 1;
        // Every third holder dies: what it leaves is a lock file with a dead owner.
        if (taken % 3 === 0) writeFileSync(path, encodeOwner({ ...dead, token: currentOwner().token }));
        else await lock.release();
      }
    };
    await Promise.all(Array.from({ length: 6 }, lane));
    expect(most).toBe(1);
    expect(taken).toBeGreaterThan(20);
  });

  test("follows an owner who died while taking over", async () => {
    const path = lockPath();
    const [first, second] = [await deadOwner(), await deadOwner()];
    writeFileSync(path, encodeOwner(first));
    writeFileSync(`${path}.${first.token}.next`, encodeOwner(second));
    const lock = await takeLock(path);
    expect(decodeOwner(readFileSync(path, "utf8"))?.pid).toBe(process.pid);
    await lock.release();
    expect(readdirSync(join(path, ".."))).toEqual([]);
  });

  test("leaves a living successor its lock", async () => {
    const path = lockPath();
    const first = await deadOwner();
    writeFileSync(path, encodeOwner(first));
    writeFileSync(`${path}.${first.token}.next`, encodeOwner(currentOwner()));
    await expect(takeLock(path)).rejects.toMatchObject({ code: "locked", fields: { pid: process.pid } });
  });

  test.each([
    ["another machine", { host: "elsewhere", boot: "another" }],
    ["another container", { space: "pid:[1]" }],
  ])("does not take over from %s, which cannot be seen from here", async (_name, change) => {
    const path = lockPath();
    writeFileSync(path, encodeOwner({ ...(await deadOwner()), ...change }));
    await expect(takeLock(path)).rejects.toThrow(/cannot be seen from here .*: delete the file if it no longer runs/);
    expect(existsSync(path)).toBe(true);
  });

  test.each(["", "12345", "{}", '{"pid":1,"host":"h","token":"../../x"}'])(
    "refuses a lock file that holds %j",
    async (text) => {
      const path = lockPath();
      writeFileSync(path, text);
      await expect(takeLock(path)).rejects.toMatchObject({ code: "locked", fields: { path } });
      expect(readFileSync(path, "utf8")).toBe(text);
    },
  );

  test("says where it cannot be made", async () => {
    const path = join(lockPath(), "folder-that-is-not-there", "run.lock");
    await expect(takeLock(path)).rejects.toMatchObject({ code: "storage", fields: { path, code: "ENOENT" } });
  });
});

describe("ownerState", () => {
  test("knows this process", () => {
    const me = currentOwner();
    expect(ownerState(me)).toBe("alive");
    expect(decodeOwner(encodeOwner(me))).toEqual(me);
  });

  test.skipIf(currentOwner().start === undefined)(
    "tells a later process with the same pid, and an earlier boot",
    () => {
      expect(ownerState({ ...currentOwner(), start: "1" })).toBe("dead");
      expect(ownerState({ ...currentOwner(), boot: "an earlier one" })).toBe("dead");
    },
  );

  test.skipIf(currentOwner().boot === undefined)("knows this machine under an earlier host name", async () => {
    expect(ownerState({ ...currentOwner(), host: "earlier" })).toBe("alive");
    expect(ownerState({ ...(await deadOwner()), host: "earlier" })).toBe("dead");
  });

  test("takes a zombie for dead", async ({ skip }) => {
    // The shell starts a child that ends at once and never collects it.
    const shell = spawn("sh", ["-c", "sh -c 'echo $$; exit 0' & exec sleep 20"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      const [chunk] = (await once(shell.stdout, "data")) as [Buffer];
      const zombie = Number(chunk.toString());
      const stat = `/proc/${zombie}/stat`;
      for (let i = 0; i < 500 && existsSync(stat) && !readFileSync(stat, "utf8").includes(") Z "); i++) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      if (!existsSync(stat)) return skip("no zombies, or no /proc, here");
      expect(() => process.kill(zombie, 0)).not.toThrow();
      expect(ownerState({ ...currentOwner(), pid: zombie })).toBe("dead");
    } finally {
      shell.kill("SIGKILL");
    }
  });
});
