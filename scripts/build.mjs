// Builds every package: types by `tsc -b`, and core's JavaScript as a few files by rolldown. A program imports core on
// its way up, and a hundred small files cost most of that time. The chunks are shared between core's entries, so that
// there is one AsyncLocalStorage; p-limit with its yocto-queue, and the one hash in use of @noble/hashes, are inlined
// (their licences: THIRD_PARTY_LICENSES.md).
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { status } = spawnSync("tsc", ["-b"], {
  cwd: root,
  stdio: ["ignore", 2, 2],
  shell: process.platform === "win32",
});
if (status !== 0) process.exit(status ?? 1);

const core = join(root, "packages", "core");
const hash = createHash("sha256").update(readFileSync(fileURLToPath(import.meta.url)));
for (const file of filesOf(join(core, "src"))) if (file.endsWith(".ts")) hash.update(file).update(readFileSync(file));
const stamp = join(core, "dist", ".build-stamp");
const want = hash.digest("hex");
if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== want) {
  // What an earlier bundle left would be shipped beside this one.
  for (const file of filesOf(join(core, "dist"))) if (/\.js(?:\.map)?$/.test(file)) rmSync(file);
  const { build } = await import("rolldown");
  await build({
    cwd: core,
    input: {
      index: "src/index.ts",
      "testing/index": "src/testing/index.ts",
      "numeric/index": "src/numeric/index.ts",
      "node/index": "src/node/index.ts",
    },
    platform: "node",
    external: [/^node:/, "zod", /^mathjs/, /^csv-parse/],
    logLevel: "warn",
    output: {
      dir: "dist",
      format: "esm",
      sourcemap: true,
      chunkFileNames: "chunks/[name].js",
      cleanDir: false,
      // Lines and names stay: Node prints the whole line that threw above an uncaught error, stack traces name functions,
      // and sources of functions are hashed. Comments are a quarter of the code, and stand in the types and in src.
      comments: { legal: true, annotation: true, jsdoc: false },
      codeSplitting: {
        groups: [{ name: "core", test: /src\/(ground|values|programs|judging|searching)\/|node_modules/ }],
      },
    },
  });
  writeFileSync(stamp, want);
}

// What users install: lines that a person can read, and source maps that are there.
const longestLine = 2000;
for (const name of readdirSync(join(root, "packages"))) {
  for (const file of filesOf(join(root, "packages", name, "dist")).filter((each) => each.endsWith(".js"))) {
    const lines = readFileSync(file, "utf8").split("\n");
    const longest = Math.max(...lines.map((line) => line.length));
    if (longest > longestLine) throw new Error(`${file}: a line of ${longest} characters, at most ${longestLine}`);
    const map = /^\/\/# sourceMappingURL=(.+)$/.exec(lines.findLast((line) => line !== "") ?? "")?.[1];
    if (map !== undefined && !existsSync(join(dirname(file), map))) throw new Error(`${file}: there is no ${map}`);
  }
}

/** Every file under a folder, sorted; none when there is no such folder. */
function filesOf(folder) {
  if (!existsSync(folder)) return [];
  const found = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  return found.map((each) => join(each.parentPath, each.name)).sort();
}
