import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { importsOf } from "./imports.ts";
import { tokensOf } from "./tokens.ts";

const tick = "`";

describe("importsOf", () => {
  test.each<[string, string, readonly string[]]>([
    ["a default import", `import a from "./a.ts";`, ["./a.ts"]],
    ["names, renamed and as strings", `import { a, b as c, "d e" as f } from './a.ts'`, ["./a.ts"]],
    ["a namespace beside a default", `import a, * as b from "./a.ts"`, ["./a.ts"]],
    ["for its effect", `import "./a.ts"`, ["./a.ts"]],
    ["over several lines", `import {\n  a,\n  b,\n} from\n  "./a.ts";`, ["./a.ts"]],
    ["minified", `import{a}from"./a.js";import*as b from"./b.js";export*from"./c.js"`, ["./a.js", "./b.js", "./c.js"]],
    [
      "export from",
      `export { a } from "./a.ts"; export * from "./b.ts"; export * as c from "./c.ts";`,
      ["./a.ts", "./b.ts", "./c.ts"],
    ],
    [
      "import()",
      `const a = await import("./a.ts"); import('./b.ts').then(f); import(${tick}./c.ts${tick});`,
      ["./a.ts", "./b.ts", "./c.ts"],
    ],
    ["require()", `const a = require("./a.cjs")`, ["./a.cjs"]],
    ["attributes", `import a from "./a.json" with { type: "json" };`, ["./a.json"]],
    ["each once", `import "./a.ts"; import { b } from "./a.ts";`, ["./a.ts"]],
    ["a name called from", `import from from "./a.ts"; import { from } from "./b.ts"`, ["./a.ts", "./b.ts"]],
    [
      "types are erased",
      `import type { A } from "./a.ts"; export type { B } from "./b.ts"; import type C from "./c.ts"`,
      [],
    ],
    [
      "a value beside a type stays",
      `import { type A, b } from "./a.ts"; import type from "./b.ts"`,
      ["./a.ts", "./b.ts"],
    ],
    [
      "comments",
      `// import "./a.ts"\n/* import "./b.ts" */ import "./c.ts" // "\nimport "./d.ts"`,
      ["./c.ts", "./d.ts"],
    ],
    [
      "strings",
      `const a = 'import "./a.ts"'; const b = "import('./b.ts')"; const c = ${tick}import "./c.ts"${tick};`,
      [],
    ],
    [
      "inside a template's expression it stays unseen",
      `const a = ${tick}x \${"import './a.ts'"} y${tick}; import "./b.ts"`,
      ["./b.ts"],
    ],
    ["nested templates", `const a = ${tick}x \${b(${tick}}${tick})} y${tick}; import "./b.ts"`, ["./b.ts"]],
    [
      "a regular expression with quotes",
      `const a = /["'${tick}]/g; import "./b.ts"; const c = x / 2 / y; import "./d.ts"`,
      ["./b.ts", "./d.ts"],
    ],
    ["a regular expression with slashes in a class", `s.replace(/[/*"]/, ""); import "./b.ts"`, ["./b.ts"]],
    ["a property named import", `a.import("./a.ts"); a.require("./b.ts"); import.meta.url`, []],
    [
      "exports that are no re-exports",
      `export const a = 1; export default { from: "x" }; export function f() {} export { a };`,
      [],
    ],
    ["computed", `import(name); import("./a" + b)`, ["./a"]],
    ["a hash-bang", `#!/usr/bin/env node\nimport "./a.ts"`, ["./a.ts"]],
  ])("%s", (_, source, found) => expect(importsOf(source)).toEqual(found));

  test("finds in this repository's own files what a simpler reading of their import lines finds", () => {
    const files = [
      "code.ts",
      "imports.ts",
      "tokens.ts",
      "load-config.ts",
      "../ready-target.ts",
      "../commands/eval.ts",
      "../run.ts",
    ];
    for (const file of files) {
      const source = readFileSync(new URL(file, import.meta.url), "utf8");
      const lines = [...source.matchAll(/^import (?!type).*? from "([^"]+)";$/gms)].map(([, specifier]) => specifier);
      expect(importsOf(source)).toEqual(expect.arrayContaining([...new Set(lines)]));
    }
  });
});

test("tokens keep everything but comments and white space", () => {
  const source = readFileSync(new URL("tokens.ts", import.meta.url), "utf8");
  const texts = tokensOf(source).map(({ text }) => text);
  expect(texts.join("")).toContain("quote=source[start]");
  for (const text of texts) expect(source).toContain(text);
});
