import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { contestants } from "./contestants.ts";
import type { Row } from "./summary.ts";

interface Printed {
  readonly seeds: readonly number[];
  readonly rows: readonly Row[];
}

function bench(...flags: readonly string[]): {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
} {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--conditions=@cultivar/source", join(import.meta.dirname, "main.ts"), ...flags],
    { encoding: "utf8" },
  );
  return { status, stdout, stderr };
}

const small = ["--quick", "--json", "--worlds", "ticket-routing", "--budget", "70"];
const without = ({ rows }: Printed): readonly unknown[] => rows.map((row) => ({ ...row, seconds: 0 }));

describe("npm run bench", () => {
  test("prints one object with a row per optimizer and world, the same for the same seeds", () => {
    const flags = [...small, "--optimizers", "null,oracle,randomSearch", "--seeds", "3,4"];
    const first = bench(...flags);
    expect(first.stderr).toContain("6 of 6 runs done");
    expect(first.status).toBe(0);
    const printed = JSON.parse(first.stdout) as Printed;
    expect(printed.rows.map(({ world, optimizer }) => `${world} ${optimizer}`)).toEqual([
      "ticket-routing null",
      "ticket-routing oracle",
      "ticket-routing randomSearch",
    ]);
    const [none, oracle, random] = printed.rows;
    expect(none!.scores).toEqual([none!.baseline, none!.baseline]);
    expect(oracle!.scores).toEqual([oracle!.optimum, oracle!.optimum]);
    for (const score of random!.scores) expect(score).toBeGreaterThanOrEqual(none!.baseline!);
    expect(without(JSON.parse(bench(...flags, "--width", "1").stdout) as Printed)).toEqual(without(printed));

    const others = JSON.parse(bench(...small, "--optimizers", "null", "--seeds", "100..101").stdout) as Printed;
    expect(others.seeds).toEqual([100, 101]);
    expect(others.rows[0]).toMatchObject({ baseline: none!.baseline, optimum: none!.optimum });
  }, 60_000);

  test.each(["gepa: texts alone", "copro"])(
    "runs %s by name, and by name only",
    (optimizer) => {
      const flags = ["--optimizers", optimizer, "--seeds", "0"];
      const { status, stdout } = bench(...small, "--budget", "150", ...flags);
      expect(status).toBe(0);
      expect((JSON.parse(stdout) as Printed).rows).toMatchObject([{ optimizer, failures: [] }]);
      expect(Object.keys(contestants)).not.toContain(optimizer);
    },
    60_000,
  );

  test("noise changes what runs see, not the rows, the baseline and the optimum", () => {
    const flags = [...small, "--budget", "210", "--optimizers", "null,randomSearch", "--seeds", "0..1"];
    const [clean, noisy] = ["0", "0.4"].map((noise) => JSON.parse(bench(...flags, "--noise", noise).stdout) as Printed);
    expect(noisy!.rows[0]).toMatchObject({ scores: clean!.rows[0]!.scores, optimum: clean!.rows[0]!.optimum });
    expect(noisy!.rows[1]!.scores).not.toEqual(clean!.rows[1]!.scores);
  }, 60_000);

  test("writes the object and a page", () => {
    const folder = mkdtempSync(join(tmpdir(), "bench-"));
    const [out, report] = [join(folder, "a", "out.json"), join(folder, "b", "report.html")];
    const { status } = bench(...small, "--optimizers", "null", "--seeds", "0", "--out", out, "--report", report);
    expect(status).toBe(0);
    expect(JSON.parse(readFileSync(out, "utf8"))).toMatchObject({ simulated: true, seeds: [0] });
    expect(readFileSync(report, "utf8")).toContain("<svg");
  }, 60_000);

  test("a wrong flag is refused without a stack, and nothing runs", () => {
    const { status, stdout, stderr } = bench("--worlds", "nowhere");
    expect(stderr).toMatch(/^bench: --worlds: expected some of ticket-routing.*got "nowhere"\n$/);
    expect([status, stdout]).toEqual([2, ""]);
  });

  test("a file that can't be written is told before anything runs", () => {
    const { status, stdout, stderr } = bench(...small, "--out", tmpdir());
    expect(stderr).toMatch(/^bench: EISDIR.*\n$/);
    expect([status, stdout]).toEqual([2, ""]);
  });
});
