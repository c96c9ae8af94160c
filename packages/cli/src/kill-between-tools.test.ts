import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test, vi } from "vitest";
import type { Project } from "./fixtures/project.ts";
import { project } from "./fixtures/project.ts";

// A real SIGKILL between two tool calls whose answers differ each time. The tool answers by chance and writes down each
// answer; the model writes down what it is shown. The answers that were journaled must be the ones that count.
const config = `
import { appendFileSync, writeFileSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { react, signature, tool } from "@cultivar/core";
import { defineConfig } from "cultivar";
import { z } from "zod";

const log = (line) => appendFileSync(new URL("log.jsonl", import.meta.url), JSON.stringify({ pid: process.pid, ...line }) + "\\n");
const draw = tool({
  description: "Draws a lot.",
  arguments: z.object({ row: z.string(), nth: z.number() }),
  async run({ row, nth }) {
    if (process.env.HANG === row && nth === 1) {
      writeFileSync(new URL("waiting", import.meta.url), "");
      await new Promise(() => setInterval(() => {}, 1000));
    }
    const lot = randomUUID();
    log({ type: "drawn", row, nth, lot });
    return { lot };
  },
});
const model = {
  provider: "recorded",
  modelId: "drawer",
  capabilities: { structuredOutput: true, tools: true, sampling: [], maxOutputTokens: 1000 },
  price: { inputUsd: 0, outputUsd: 0, asOf: "2026-01-01" },
  async generate({ messages }) {
    const text = JSON.stringify(messages);
    const row = /row-[a-z]/.exec(text)[0];
    const lots = messages.filter(({ role }) => role === "tool").map(({ content }) => /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(JSON.stringify(content))[0]);
    log({ type: "asked", row, lots });
    const call = lots.length < 2 ? { name: "draw", arguments: { row, nth: lots.length } } : { name: "finish", arguments: { answer: lots.join(" ") } };
    return { text: "", toolCalls: [{ id: row + lots.length, ...call }], usage: {}, finishReason: "tool-calls", warnings: [] };
  },
};
const rows = ["a", "b", "c", "d"].map((letter) => ({ input: { question: "row-" + letter }, expected: { answer: "" } }));
export default defineConfig({
  targets: {
    lots: {
      program: react(
        signature({ name: "lots", instructions: "Draw twice.", input: z.object({ question: z.string() }), output: z.object({ answer: z.string() }) }),
        { tools: { draw } },
      ),
      metric: ({ output }) => (output.answer.split(" ").length === 2 ? 1 : 0),
      data: { train: rows.slice(0, 1), val: rows.slice(1) },
      optimizer: { name: "none", options: {}, async run() {} },
      models: { default: model },
      budget: { evaluations: 10 },
      concurrency: 1,
    },
  },
});
`;

interface Line {
  readonly type: "drawn" | "asked";
  readonly pid: number;
  readonly row: string;
  readonly nth?: number;
  readonly lot?: string;
  readonly lots?: readonly string[];
}

let made: Project | undefined;
afterEach(() => {
  vi.unstubAllEnvs();
  made?.remove();
});

const linesOf = ({ folder }: Project): readonly Line[] =>
  readFileSync(join(folder, "log.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);

test("killed between two tool calls: the resumed run uses the journaled results, and asks nothing again", async () => {
  made = project({ "cultivar.config.ts": config });
  vi.stubEnv("HANG", "row-c");
  const { child, done } = made.spawn("compile");
  vi.unstubAllEnvs();
  const killed = { ended: false };
  void done.then(() => (killed.ended = true));
  while (!made.has("waiting") && !killed.ended) await sleep(5);
  child.kill("SIGKILL");
  const { err } = await done;
  expect({ signal: child.signalCode, err }).toMatchObject({ signal: "SIGKILL" });
  const before = linesOf(made);
  expect(before.filter(({ type }) => type === "drawn").map(({ row, nth }) => `${row} ${nth}`)).toEqual([
    "row-b 0",
    "row-b 1",
    "row-c 0",
  ]);

  const resumed = await made.cultivar("compile", "--json");
  expect({ code: resumed.code, err: resumed.err }).toMatchObject({ code: 0 });
  const after = linesOf(made).slice(before.length);
  expect(after.every(({ pid }) => pid !== before[0]!.pid)).toBe(true);
  // Of row c only what the kill cut off is done, and with the lot that the killed process drew.
  const first = before.find(({ row, nth }) => row === "row-c" && nth === 0)!.lot!;
  const second = after.find(({ row, nth }) => row === "row-c" && nth === 1)!.lot!;
  expect(after.map(({ type, row, nth, lots }) => ({ type, row, nth, lots })).slice(0, 2)).toEqual([
    { type: "drawn", row: "row-c", nth: 1, lots: undefined },
    { type: "asked", row: "row-c", nth: undefined, lots: [first, second] },
  ]);
  expect(after.some(({ row }) => row === "row-b")).toBe(false);
  // The same command once more finds everything, and draws nothing.
  const [all] = [linesOf(made).length, await made.cultivar("runs", "resume", "lots", "--json")];
  expect(linesOf(made)).toHaveLength(all);
});
