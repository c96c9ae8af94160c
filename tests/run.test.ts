import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const script = join(import.meta.dirname, "..", "scripts", "run.mjs");

function written(source: string): string {
  const file = join(mkdtempSync(join(tmpdir(), "run-")), "main.ts");
  writeFileSync(file, source);
  return file;
}

describe("scripts/run.mjs", () => {
  test("passes arguments, input, output and the exit code on", () => {
    const file = written(
      `let said = ""; process.stdin.on("data", (data) => (said += String(data))).on("end", () => {
        console.log(JSON.stringify([...process.argv.slice(2), said] satisfies string[])); process.exitCode = 3; });`,
    );
    const args = ["--optimizers", "null,gepa (published)", '"quoted"'];
    const { status, stdout } = spawnSync(process.execPath, [script, file, ...args], { input: "in", encoding: "utf8" });
    expect(JSON.parse(stdout)).toEqual([...args, "in"]);
    expect(status).toBe(3);
  });

  test.skipIf(process.platform === "win32")("dies as its child does", () => {
    const { signal } = spawnSync(process.execPath, [script, written(`process.kill(process.pid, "SIGKILL");`)]);
    expect(signal).toBe("SIGKILL");
  });

  test.skipIf(process.platform === "win32")("ends its child with itself", async () => {
    const file = written(`setInterval(() => {}, 1000); console.log(process.pid);`);
    const running = spawn(process.execPath, [script, file], { stdio: ["ignore", "pipe", "ignore"] });
    const [pid] = (await once(running.stdout, "data")) as [Buffer];
    running.kill("SIGTERM");
    const [, signal] = (await once(running, "exit")) as [number | null, string | null];
    expect(signal).toBe("SIGTERM");
    expect(() => process.kill(Number(String(pid)), 0)).toThrow(/ESRCH/);
  });
});
