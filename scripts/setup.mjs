// Runs on any Node >= 18 with nothing installed: gets the pinned pnpm through npx and installs from the lockfile.
// A second run with the same inputs installs nothing. `--force` installs again over a damaged node_modules.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const pkg = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const manifests = (dir) => readdirSync(join(root, dir)).map((name) => `${dir}/${name}/package.json`);
const inputs = [
  "package.json",
  "pnpm-lock.yaml",
  "pnpm-workspace.yaml",
  ".pnpmfile.mjs",
  "benchmarks/package.json",
  "tests/package.json",
  ...manifests("packages"),
  ...manifests("examples"),
].filter((file) => existsSync(join(root, file)));
const hash = createHash("sha256");
for (const file of inputs) hash.update(file).update(readFileSync(join(root, file)));
const want = `${hash.digest("hex")} ${process.platform}-${process.arch}\n`;
const stamp = join(root, "node_modules", ".setup-stamp");
const fresh = existsSync(stamp) && readFileSync(stamp, "utf8") === want && !process.argv.includes("--force");
if (!fresh) {
  const local = join(root, "node_modules", ".bin", "pnpm");
  const works = existsSync(local) && spawnSync(local, ["--version"], { cwd: root }).status === 0;
  const [command, pre] = works ? [local, []] : ["npx", ["--yes", "--prefer-offline", pkg.packageManager]];
  // .npmrc silences npm's banner, and would silence pnpm too.
  const install = [...pre, "install", "--frozen-lockfile", "--prefer-offline", "--loglevel", "info"];
  process.stderr.write("set-up: installing the pinned tools and packages; this takes half a minute the first time\n");
  // Standard output belongs to the command that follows (`--json` prints one object there): set-up speaks on stderr.
  const { status } = spawnSync(command, install, {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(stamp, want);
}
