import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rootFolder } from "./child.ts";
import { figure } from "./measure.ts";
import type { Effort, Line, Section } from "./section.ts";
import { atMost } from "./section.ts";

const compiler = join(rootFolder, "node_modules", "typescript", "bin", "tsc");

interface Checked {
  readonly instantiations: number;
  readonly types: number;
  readonly checkMs: number;
  readonly errors: number;
}

/** Type-checks files as their own program, against the built declarations. */
function check(files: readonly string[]): Checked {
  const folder = mkdtempSync(join(tmpdir(), "cultivar-types-"));
  try {
    const options = {
      composite: false,
      declaration: false,
      declarationMap: false,
      sourceMap: false,
      isolatedDeclarations: false,
      noEmit: true,
      typeRoots: [join(rootFolder, "node_modules", "@types")],
    };
    const project = join(folder, "tsconfig.json");
    writeFileSync(
      project,
      JSON.stringify({ extends: join(rootFolder, "tsconfig.base.json"), compilerOptions: options, files }),
    );
    // The compiler checks files in parallel and counts what each of its checkers instantiates: one checker, one count.
    const flags = ["-p", project, "--extendedDiagnostics", "--singleThreaded"];
    const { stdout, stderr } = spawnSync(process.execPath, [compiler, ...flags], { encoding: "utf8" });
    const number = (name: string): number => {
      const found = new RegExp(`^${name}:\\s+([\\d.]+)`, "m").exec(stdout);
      if (found === null)
        throw new Error(`expected ${name} in what tsc says, got ${stdout.slice(0, 500)}${stderr.slice(0, 500)}`);
      return Number(found[1]);
    };
    return {
      instantiations: number("Instantiations"),
      types: number("Types"),
      checkMs: number("Check time") * 1000,
      errors: stdout.split("\n").filter((line) => line.includes("error TS")).length,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The files of one example, without its tests. */
function filesOf(example: string): readonly string[] {
  const folder = join(rootFolder, "examples", example);
  return readdirSync(folder)
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .map((name) => join(folder, name));
}

/** Type instantiations that checking the examples takes, and how many of them importing zod alone takes. */
export function types(_effort: Effort): Promise<Section> {
  const examples = readdirSync(join(rootFolder, "examples")).filter((name) => filesOf(name).length > 0);
  const zod = check([join(rootFolder, "benchmarks", "src", "overhead", "fixtures", "zod-only.ts")]);
  const each = examples.map((name) => ({ name: `examples/${name}`, checked: check(filesOf(name)) }));
  const all = check(examples.flatMap(filesOf));
  const line = (name: string, checked: Checked): Line => ({
    name,
    figures: {
      instantiations: figure([checked.instantiations]),
      "above zod": figure([checked.instantiations - zod.instantiations]),
      types: figure([checked.types]),
      "check ms": figure([checked.checkMs]),
    },
  });
  const errors = [all, ...each.map(({ checked }) => checked)].reduce((sum, checked) => sum + checked.errors, 0);
  return Promise.resolve({
    name: "type checking the examples",
    method: `tsc --extendedDiagnostics over each example's files and over all of them, built declarations; counts are exact; ${errors} errors`,
    lines: [line("zod alone", zod), ...each.map(({ name, checked }) => line(name, checked)), line("all examples", all)],
    goals: [
      ...each.map(({ name, checked }) => atMost(`instantiations of ${name}`, checked.instantiations, 10_000, "")),
      atMost("instantiations of all examples together", all.instantiations, 10_000, ""),
    ],
  });
}
