import { createInterface } from "node:readline";
import { performance } from "node:perf_hooks";
import { CultivarError } from "@cultivar/core";
import type { Io } from "./io.ts";

/** The real terminal. Without colours, so that NO_COLOR has nothing to turn off; a line is redrawn in terminals that can. */
export function terminal(): Io {
  const { stdin, stdout, stderr, env } = process;
  const tty = stderr.isTTY && env["TERM"] !== "dumb";
  return {
    cwd: process.cwd(),
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    live: tty && env["CI"] === undefined,
    // Read anew for each line: windows are resized. A pseudo-terminal that nobody gave a size says 0.
    get columns() {
      return stderr.columns > 0 ? stderr.columns : 80;
    },
    confirm: tty && stdin.isTTY ? ask : undefined,
    onInterrupt(handler) {
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, handler);
      return () => {
        for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, handler);
      };
    },
    now: () => performance.now(),
    exit: (code) => process.exit(code),
  };
}

/** Throws `aborted` on Ctrl-C; the end of input (Ctrl-D) is a no. */
async function ask(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await new Promise<boolean>((resolve, reject) => {
      lines.on("close", () => resolve(false));
      // Readline reads keys itself, so no signal comes.
      lines.on("SIGINT", () => reject(new CultivarError("aborted", "interrupted at the question; no call was made")));
      lines.question(`${question} [y/N] `, (answer) => resolve(/^y(?:es)?$/i.test(answer.trim())));
    });
  } finally {
    lines.close();
  }
}
