import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** What each package may import of its siblings. `import type` counts as an arrow. */
const packages: Readonly<Record<string, readonly string[]>> = {
  core: [],
  adapters: ["core"],
  optimizers: ["core"],
  finetune: ["core"],
  cli: ["core", "adapters", "optimizers", "finetune"],
};

/** Core's own floors, from the ground up: a file may import its own floor and those before it. */
const floors = ["ground", "values", "programs", "judging", "searching"] as const;

interface Import {
  readonly file: string;
  readonly from: string;
}

function sources(folder: string): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join(folder, file));
}

function isTest(file: string): boolean {
  return /\.(test|test-d)\.ts$|fixtures/.test(file);
}

/** Every specifier of static imports, re-exports and dynamic imports; comments and texts are cut away line by line. */
function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), "utf8").replaceAll(/^\s*(\/\/|\*|\/\*).*$/gm, "");
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^;'"]*?from\s+"([^"]+)"|(?:^|\n)\s*import\s+"([^"]+)"|\bimport\(\s*"([^"]+)"/g,
  );
  return [...found].map((match) => ({ file, from: (match[1] ?? match[2] ?? match[3])! }));
}

function core(file: string): string {
  return relative("packages/core/src", file).split("/")[0]!;
}

describe("arrows point down", () => {
  test("packages import only what stands below them", () => {
    const upward: string[] = [];
    for (const [name, allowed] of Object.entries(packages)) {
      for (const { file, from } of sources(`packages/${name}/src`).flatMap(importsOf)) {
        const sibling = /^@cultivar\/(\w+)/.exec(from)?.[1] ?? (from === "cultivar" ? "cli" : undefined);
        if (sibling !== undefined && sibling !== name && !allowed.includes(sibling)) upward.push(`${file} -> ${from}`);
        if (from.startsWith("..") && relative(`packages/${name}/src`, join(dirname(file), from)).startsWith(".."))
          upward.push(`${file} -> ${from}`);
      }
    }
    expect(upward).toEqual([]);
  });

  test("core's floors import only their own and lower ones", () => {
    const upward: string[] = [];
    for (const { file, from } of sources("packages/core/src")
      .filter((source) => !isTest(source))
      .flatMap(importsOf)) {
      const own = floors.indexOf(core(file) as (typeof floors)[number]);
      const other = from.startsWith(".")
        ? floors.indexOf(core(join(dirname(file), from)) as (typeof floors)[number])
        : -1;
      if (own !== -1 && other > own) upward.push(`${file} -> ${from}`);
    }
    expect(upward).toEqual([]);
  });

  test("no cycles among the files of a package", () => {
    for (const name of Object.keys(packages)) {
      const files = sources(`packages/${name}/src`).filter((source) => !isTest(source));
      const edges = new Map(
        files.map((file) => [
          file,
          importsOf(file)
            .filter(({ from }) => from.startsWith("."))
            .map(({ from }) => join(dirname(file), from)),
        ]),
      );
      expect(cycleIn(edges)).toEqual([]);
    }
  });

  test("core's main entry uses nothing of Node but AsyncLocalStorage", () => {
    const seen = new Set<string>();
    const nodeImports: string[] = [];
    const visit = (file: string): void => {
      if (seen.has(file)) return;
      seen.add(file);
      for (const { from } of importsOf(file)) {
        if (from.startsWith(".")) visit(join(dirname(file), from));
        else if (from.startsWith("node:") && from !== "node:async_hooks") nodeImports.push(`${file} -> ${from}`);
      }
    };
    visit("packages/core/src/index.ts");
    expect(seen.size).toBeGreaterThan(50);
    expect(nodeImports).toEqual([]);
  });
});

/** The first cycle found, as a path; empty when there is none. */
function cycleIn(edges: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (node: string): string[] => {
    if (done.has(node)) return [];
    const at = path.indexOf(node);
    if (at !== -1) return [...path.slice(at), node];
    path.push(node);
    for (const next of edges.get(node) ?? []) {
      const found = visit(next);
      if (found.length > 0) return found;
    }
    path.pop();
    done.add(node);
    return [];
  };
  for (const node of edges.keys()) {
    const found = visit(node);
    if (found.length > 0) return found;
  }
  return [];
}
