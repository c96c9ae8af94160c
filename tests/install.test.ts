import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

// A project outside the repository, with the packed files that README.md says to install: what is not packed is missing.
const root = fileURLToPath(new URL("..", import.meta.url));
interface Manifest {
  readonly name: string;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}
let folder: string;
let project: string;
let modules: string;
let bin: string;

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${error?.message ?? status}\n${stdout}${stderr}`);
  return stdout + stderr;
}

/** Unpacks one file into node_modules, and links what it depends on beyond its siblings, as npm would install it. */
function install(archive: string): void {
  const unpacked = mkdtempSync(join(folder, "unpacked-"));
  run("tar", ["-xzf", archive, "-C", unpacked], folder);
  const manifest = JSON.parse(readFileSync(join(unpacked, "package", "package.json"), "utf8")) as Manifest;
  const target = join(modules, manifest.name);
  mkdirSync(dirname(target), { recursive: true });
  run("mv", [join(unpacked, "package"), target], folder);
  if (manifest.bin !== undefined) bin = join(target, manifest.bin["cultivar"]!);
  const optional = manifest.peerDependenciesMeta ?? {};
  const peers = Object.keys(manifest.peerDependencies ?? {}).filter((name) => optional[name]?.optional !== true);
  const source = manifest.name === "cultivar" ? "cli" : manifest.name.replace("@cultivar/", "");
  for (const name of [...Object.keys(manifest.dependencies ?? {}), ...peers]) {
    if (name.startsWith("@cultivar/") || existsSync(join(modules, name))) continue;
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(root, "packages", source, "node_modules", name), join(modules, name), "dir");
  }
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cultivar-install-"));
  project = join(folder, "project");
  modules = join(project, "node_modules");
  mkdirSync(modules, { recursive: true });
  // As `npm install` leaves it.
  writeFileSync(join(project, "package.json"), `{ "dependencies": {} }`);
  const pnpm = join(root, "node_modules", ".bin", "pnpm");
  run(pnpm, ["--filter", "./packages/*", "pack", "--pack-destination", join(folder, "packed")], root);
  for (const file of readdirSync(join(folder, "packed"))) install(join(folder, "packed", file));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the README says how", () => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  expect(readme).toContain(`npx pnpm --filter "./packages/*" pack --pack-destination ../cultivar-packages`);
  expect(readme).toContain("npm install ../cultivar-packages/*.tgz zod");
});

test("what init writes there compiles without a warning, and is then up to date", () => {
  expect(run(process.execPath, [bin, "init"], project)).toContain("next      npx cultivar compile\n");
  const compiled = run(process.execPath, [bin, "compile"], project);
  expect(compiled).toContain("routeTicket: improved on test");
  expect(compiled).not.toContain("Warning");
  expect(run(process.execPath, [bin, "compile"], project)).toContain("up to date, no call was made");
});
