// Builds every package: types by `tsc -b`, and core's JavaScript as a few files by rolldown. A program imports core on
// its way up, and a hundred small files cost most of that time. The chunks are shared between core's entries, so that
// there is one AsyncLocalStorage; p-limit and the one hash in use are inlined (their licences: THIRD_PARTY_LICENSES.md).
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
for (const file of readdirSync(join(core, "src"), { recursive: true, encoding: "utf8" }).sort()) {
  if (file.endsWith(".ts")) hash.update(file).update(readFileSync(join(core, "src", file)));
}
const stamp = join(core, "dist", ".build-stamp");
const want = hash.digest("hex");
if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== want) {
  rmSync(join(core, "dist", "chunks"), { recursive: true, force: true });
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
      // Names stay, so that stack traces and hashes of function sources read well; white space costs parsing.
      minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
      codeSplitting: {
        groups: [{ name: "core", test: /src\/(ground|values|programs|judging|searching)\/|node_modules/ }],
      },
    },
  });
  writeFileSync(stamp, want);
}
