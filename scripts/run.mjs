// Runs a TypeScript file of this repository on the pinned Node, which set-up may have installed just now: the shell that
// called set-up would go on with the Node that it found before. Arguments: the file, then its own.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const windows = process.platform === "win32";
const pinned = join(root, "node_modules", ".bin", windows ? "node.cmd" : "node");
const node = existsSync(pinned) ? pinned : process.execPath;
const child = spawn(node, ["--conditions=@cultivar/source", ...process.argv.slice(2)], {
  cwd: root,
  stdio: "inherit",
  shell: windows,
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("error", (error) => {
  process.stderr.write(`run: cannot start ${node}: ${error.message}\n`);
  process.exit(1);
});
child.on("exit", (code) => process.exit(code ?? 1));
