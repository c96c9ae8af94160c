import { interleaved, outputOf } from "./child.ts";
import { figure } from "./measure.ts";
import type { Effort, Line, Section } from "./section.ts";
import { atMost } from "./section.ts";

const cases = {
  nothing: "",
  zod: `import "zod";`,
  "@cultivar/core": `import "@cultivar/core";`,
  "zod and @cultivar/core": `import "zod"; import "@cultivar/core";`,
} as const;
type ImportCase = keyof typeof cases;
const names = Object.keys(cases) as ImportCase[];

/** Packages and built-ins that must not be there after `import "@cultivar/core"`. */
const lazy = /node_modules[/\\](?:openai|@anthropic-ai|mathjs|csv-parse|ai|@ax-llm)[/\\]|^node:(?!async_hooks$)/;

interface ImportRun {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** A fresh process that imports and ends; its wall time from start to exit, and its own CPU. */
async function importOnce(name: ImportCase): Promise<ImportRun> {
  const tail = "const { user, system } = process.cpuUsage(); process.stdout.write(String((user + system) / 1000));";
  const began = performance.now();
  const cpu = await outputOf(["--input-type=module", "--eval", `${cases[name]}${tail}`]);
  return { wallMs: performance.now() - began, cpuMs: Number(cpu) };
}

/** URLs of everything that an import loads, in order. */
async function loadedBy(specifier: string): Promise<readonly string[]> {
  const script = `
    import { registerHooks } from "node:module";
    const seen = [];
    registerHooks({ load(url, context, next) { seen.push(url); return next(url, context); } });
    await import(${JSON.stringify(specifier)});
    process.stdout.write(JSON.stringify(seen));`;
  return JSON.parse(await outputOf(["--input-type=module", "--eval", script])) as readonly string[];
}

/** What importing core adds to importing zod, in fresh processes, and whether anything heavy came along. */
export async function imports({ quick }: Effort): Promise<Section> {
  const rounds = quick ? 15 : 31;
  await Promise.all(names.map(importOnce));
  const runs = await interleaved(names, rounds, importOnce);
  const lines = names.map((name): Line => ({
    name: name === "nothing" ? "an empty script" : `import ${name}`,
    figures: {
      "wall ms": figure(runs[name].map(({ wallMs }) => wallMs)),
      "CPU ms": figure(runs[name].map(({ cpuMs }) => cpuMs)),
    },
  }));
  const median = (name: ImportCase): number => figure(runs[name].map(({ wallMs }) => wallMs)).median;
  const loaded = await loadedBy("@cultivar/core");
  const own = loaded.filter((url) => !url.includes("/node_modules/") && url.startsWith("file:"));
  const others = loaded.filter((url) => url.includes("/node_modules/") && !url.includes("/node_modules/zod/"));
  const heavy = loaded.filter((url) => lazy.test(url));
  return {
    name: "import time",
    method: `${rounds} interleaved rounds of fresh processes, built dist; core loads ${own.length} modules of its own and ${others.length} of other packages than zod${heavy.length > 0 ? `, among them ${heavy.join(", ")}` : ", no SDK, no mathjs, of Node only async_hooks"}`,
    lines,
    goals: [
      atMost("importing core on top of zod", median("zod and @cultivar/core") - median("zod"), 20, "ms"),
      atMost("modules loaded that should wait for their first use", heavy.length, 0, ""),
    ],
  };
}
