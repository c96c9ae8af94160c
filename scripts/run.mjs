// Runs a TypeScript file of this repository on the pinned Node, which set-up may have installed just now: the shell that
// called set-up would go on with the Node that it found before. Arguments: the file, then its own.
import { spawn } from "node:child_process";
import { pinnedNode, root } from "./pinned-node.mjs";

const node = pinnedNode();
const child = spawn(node, ["--conditions=@cultivar/source", ...process.argv.slice(2)], { cwd: root, stdio: "inherit" });
// a terminal's Ctrl-C reaches the child by itself; what is sent to this process alone does not
process.on("SIGINT", () => {});
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("error", (error) => {
  process.stderr.write(`run: cannot start ${node}: ${error.message}\n`);
  process.exit(1);
});
child.on("exit", (code, signal) => {
  if (signal === null) process.exit(code);
  // dies as its child did, so that a shell sees the signal and not a code that means something else
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});
