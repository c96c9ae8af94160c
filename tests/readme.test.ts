import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

// Follows README.md as a newcomer would: runs its sh blocks, writes its ts blocks to the files that they name, in order.
const root = fileURLToPath(new URL("..", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");
const blocks = [...readme.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, text]) => ({
  language: language!,
  text: text!,
}));

let folder: string;
let output = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cultivar-readme-"));
  symlinkSync(join(root, "examples/ticket-routing/node_modules"), join(folder, "node_modules"), "dir");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a command line; says what it printed when it fails. */
function run(line: string): readonly string[] {
  const [command, ...args] = line
    .replace(/^npx cultivar/, `node ${join(root, "packages/cli/dist/main.js")}`)
    .split(" ");
  if (command !== "node") return [`${line}: only npx cultivar and node are known here`];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
  output += stdout;
  return status === 0 ? [] : [`${line}: exit ${status}\n${stdout}${stderr}`];
}

test("has blocks of each kind, and none of another", () => {
  expect(new Set(blocks.map(({ language }) => language))).toEqual(new Set(["sh", "text", "ts"]));
});

/** What is left to say against a block; nothing when it does what it shows. */
function follow(language: string, text: string): readonly string[] {
  const lines = text.trim().split("\n");
  if (language === "text") return lines.filter((line) => !output.includes(line));
  if (language === "sh") return lines.flatMap(run);
  const file = /^\/\/ (\S+\.ts)$/.exec(lines[0]!)?.[1];
  if (file === undefined) return ["a ts block begins with a comment that names its file"];
  writeFileSync(join(folder, file), text);
  // A config runs with the next command, the app once the artifact is there.
  return ["cultivar.config.ts", "app.ts"].includes(file) ? [] : run(`node ${file}`);
}

describe("each block works", () => {
  test.each(blocks.map(({ language, text }) => [language, text.split("\n", 1)[0]!, text]))(
    "%s: %s",
    (language, _, text) => {
      expect(follow(language, text)).toEqual([]);
    },
  );
  test("the commands left what they promised", () => {
    for (const file of ["routeTicket.cultivar.json", "rows.jsonl"]) expect(existsSync(join(folder, file))).toBe(true);
    expect(output).toContain("{ queue: 'billing', urgent: false }");
  });
});

test("every ts block is type correct", () => {
  const options = {
    module: "nodenext",
    target: "es2024",
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    resolveJsonModule: true,
    allowImportingTsExtensions: true,
  };
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: { ...options, types: ["node"], typeRoots: [join(root, "node_modules/@types")] },
      include: ["*.ts"],
    }),
  );
  const { stdout } = spawnSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", folder], {
    encoding: "utf8",
  });
  expect(stdout).toBe("");
});

test("every link to a file leads somewhere", () => {
  const paths = [...readme.matchAll(/\]\((?!http)([^)#]+)\)/g)].map(([, path]) => path!);
  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});
