import type { RunEvent } from "@cultivar/core";
import { describe, expect, test } from "vitest";
import type { Io } from "./io.ts";
import { progressDisplay } from "./progress-display.ts";

const spend = { calls: 1, inputTokens: 0, outputTokens: 0, usd: 0.5, pricedUsd: 0.5, unpriced: [] };
const progress = (evaluations: number): RunEvent => ({ type: "progress", evaluations, spend, elapsedMs: 0 });

function screen(live: boolean): { readonly io: Io; readonly text: () => string; at: number } {
  const written: string[] = [];
  const made = { at: 0, io: {} as Io, text: () => written.join("") };
  made.io = { live, columns: 60, now: () => made.at, err: (text: string) => void written.push(text) } as Io;
  return made;
}

describe("in a terminal", () => {
  test("one line is redrawn, not too often, never wider than the screen, and cleared at the end", () => {
    const terminal = screen(true);
    const display = progressDisplay(terminal.io, "route");
    for (const at of [0, 10, 50, 200]) {
      terminal.at = at;
      display.show(progress(at));
    }
    display.end();
    const lines = terminal.text().split("\r\u001b[2K").slice(1);
    expect(lines).toHaveLength(3);
    expect(lines[1]).toContain("200 evaluations");
    for (const line of lines) expect(line.length).toBeLessThan(60);
    expect(lines.at(-1)).toBe("");
  });

  test("a remark stands above the line, with its escapes shown", () => {
    const terminal = screen(true);
    const display = progressDisplay(terminal.io, "route");
    display.show(progress(1));
    display.show({ type: "remark", text: "odd \u001b[2J row" });
    expect(terminal.text()).toContain("\r\u001b[2Knote  odd \\x1b[2J row\n");
  });
});

describe("elsewhere", () => {
  test("plain lines, when something happened and otherwise seldom", () => {
    const log = screen(false);
    const display = progressDisplay(log.io, "route");
    for (const at of [0, 100, 5000, 10_000, 10_100]) {
      log.at = at;
      display.show(progress(at));
    }
    display.end();
    expect(log.text().split("\n").filter(Boolean)).toHaveLength(2);
    expect(log.text()).not.toContain("\u001b");
  });

  test("a resumed run and a long wait are said", () => {
    const log = screen(false);
    const display = progressDisplay(log.io, "route");
    const plan = { evaluations: 10, calls: 10, usd: 0, testRows: 0, unpriced: [] };
    display.show({ type: "start", target: "route", fingerprint: "f", resumed: 812, orphans: 2, plan });
    display.show({
      type: "retry",
      model: "a/b",
      attempt: 1,
      delayMs: 90_000,
      code: "rate-limit",
      message: "slow down",
    });
    expect(log.text()).toContain(
      "resuming this run: reusing 812 journaled answers; 2 calls of it never answered may be paid twice",
    );
    expect(log.text()).toContain("wait  1m30s for a/b: slow down");
  });
});
