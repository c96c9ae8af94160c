import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { codeOf, settled } from "./code.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cultivar-code-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (files: Readonly<Record<string, string>>): string => {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return join(folder, "cultivar.config.ts");
};

const project = {
  "cultivar.config.ts": `import { a } from "./src/a.ts"; import { z } from "zod"; export default { targets: { t: { a, budget: { usd: 5 }, z } } };`,
  "src/a.ts": `import "./b.js"; import type { T } from "./types.ts"; import x from "../t.cultivar.json" with { type: "json" }; export const a = 1;`,
  "src/b.ts": `export * from "./c"; import "@scope/pkg/deep/path";`,
  "src/c/index.ts": `import "../a.ts"; import rules from "./rules.json" with { type: "json" };`,
  "src/c/rules.json": `{}`,
  "src/types.ts": `export type T = 1;`,
  "t.cultivar.json": `{}`,
  "node_modules/zod/package.json": `{ "version": "4.6.7" }`,
  "node_modules/@scope/pkg/package.json": `{ "version": "1.2.3" }`,
};

test("reaches files through every form of import, once, in cycles, without types and artifacts; and packages' versions", () => {
  const code = codeOf(write(project));
  expect(Object.keys(code.files)).toEqual([
    "cultivar.config.ts",
    "src/a.ts",
    "src/b.ts",
    "src/c/index.ts",
    "src/c/rules.json",
  ]);
  expect(code.packages).toEqual({ "@cultivar/core": "unknown", "@scope/pkg": "1.2.3", zod: "4.6.7" });
});

describe("the fingerprint", () => {
  test.each([
    ["a file that is reached", { "src/c/rules.json": `{ "a": 1 }` }, true],
    ["a package's version", { "node_modules/zod/package.json": `{ "version": "4.7.0" }` }, true],
    ["the config", { "cultivar.config.ts": project["cultivar.config.ts"].replace("t: {", "t: { seed: 1, ") }, true],
    ["a file that is not reached", { "src/other.ts": "x" }, false],
    ["a file of types", { "src/types.ts": "export type T = 2;" }, false],
    ["the artifact", { "t.cultivar.json": `{ "a": 1 }` }, false],
    [
      "the budget",
      { "cultivar.config.ts": project["cultivar.config.ts"].replace("usd: 5", "usd: 50, evaluations: 9") },
      false,
    ],
    [
      "layout and comments of the config",
      { "cultivar.config.ts": `// new\n${project["cultivar.config.ts"].replaceAll(";", ";\n\n")}` },
      false,
    ],
  ])("%s", (_, change, changes) => {
    const before = JSON.stringify(codeOf(write(project)));
    expect(JSON.stringify(codeOf(write(change))) !== before).toBe(changes);
  });
});

test.each([
  ["{ a: 1, budget: { usd: 1, x: { y: 2 } }, b: 2 }", "{ a : 1 , b : 2 }"],
  ["{ budget: { usd: 1 } }", "{ }"],
  ["{ concurrency: 16, b: 2 }", "{ b : 2 }"],
  ["{ budget: limits, concurrency: many }", "{ budget : limits , concurrency : many }"],
  ["const budget = { usd: 1 }; f(a ? budget : { b: 1 })", "const budget = { usd : 1 } ; f ( a ? budget : { b : 1 } )"],
])("settled(%j)", (source, text) => expect(settled(source)).toBe(text));
