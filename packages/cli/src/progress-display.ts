import type { RunEvent } from "@cultivar/core";
import { advance, progressLine, startProgress } from "./format/progress.ts";
import type { Progress } from "./format/progress.ts";
import { counted, duration } from "./format/quantities.ts";
import { cut, oneLine, safeText } from "./format/safe-text.ts";
import type { Io } from "./io.ts";

/** Shows a run while it goes on. */
export interface ProgressDisplay {
  show(event: RunEvent): void;
  /** Leaves the screen as it should stay. */
  end(): void;
}

/** A terminal's line is redrawn at most this often; plain lines come when something happened, and this seldom otherwise. */
const redrawMs = 100;
const plainMs = 10_000;

/** One redrawn line in a terminal, plain lines otherwise. Everything goes to standard error. */
export function progressDisplay(io: Io, target: string): ProgressDisplay {
  const started = io.now();
  let state: Progress = startProgress(target);
  let shownAt = -Infinity;
  let onLine = false;
  const clear = (): void => {
    if (onLine) io.err("\r\u001b[2K");
    onLine = false;
  };
  const plain = (line: string): void => {
    clear();
    io.err(`${line}\n`);
  };
  const draw = (important: boolean): void => {
    const now = io.now();
    if (io.live) {
      if (!important && now - shownAt < redrawMs) return;
      io.err(`\r\u001b[2K${cut(safeText(progressLine(state, io.columns - 1)), io.columns - 1)}`);
      onLine = true;
    } else {
      if (!important && now - shownAt < plainMs) return;
      plain(safeText(progressLine(state)));
    }
    shownAt = now;
  };
  return {
    show(event) {
      state = advance(state, event, io.now() - started);
      if (event.type === "remark") plain(`note  ${oneLine(event.text, 300)}`);
      if (event.type === "start" && event.resumed > 0) plain(resumedLine(event));
      if (event.type === "retry" && event.delayMs >= 5000 && !io.live) {
        plain(`wait  ${duration(event.delayMs)} for ${oneLine(event.model, 60)}: ${oneLine(event.message, 160)}`);
      }
      draw(event.type === "incumbent" || event.type === "testing");
    },
    end: clear,
  };
}

function resumedLine({ resumed, orphans }: Extract<RunEvent, { type: "start" }>): string {
  const lost = orphans === 0 ? "" : `; ${counted(orphans, "call")} of it never answered may be paid twice`;
  return `resuming this run: reusing ${counted(resumed, "journaled answer")}${lost}`;
}
