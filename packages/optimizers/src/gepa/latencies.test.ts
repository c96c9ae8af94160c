import { artifactFrom, compile, contentHash, printArtifact, rng, textOf } from "@cultivar/core";
import type { ScriptedModel } from "@cultivar/core/testing";
import { scriptedModel } from "@cultivar/core/testing";
import { describe, expect, test } from "vitest";
import { latency, name, namingInputs, words } from "../fixtures/naming.ts";
import type { GepaOptions } from "./gepa.ts";
import { gepa, published } from "./gepa.ts";

// A row is right once the instruction holds its word, and one answer in eight is a slip; reflection adds a word.
const rows = (from: number, count: number) => namingInputs(from, count).map((input) => ({ input, expected: "yes" }));

const wordIn = (text: string): string | undefined => /### animal\n(\w+)/.exec(text)?.[1];

function models(schedule: number): { readonly default: ScriptedModel; readonly reflect: ScriptedModel } {
  const student = scriptedModel(
    (request) => {
      const animal = words.find((word) => textOf(request.messages.at(-1)!).includes(word))!;
      const slips = rng(0, contentHash(request.messages)).int(8) === 0;
      const told = request.messages.slice(0, -1).map(textOf).join("\n").includes(animal.toUpperCase());
      return JSON.stringify({ name: told && !slips ? "yes" : "no" });
    },
    { latencyMs: latency(schedule) },
  );
  const teacher = scriptedModel(
    ({ messages }) => {
      const prompt = textOf(messages[0]!);
      const present = /```\n([\s\S]*?)\n```/.exec(prompt)![1]!;
      return `\`\`\`\n${present} ${wordIn(prompt)!.toUpperCase()}\n\`\`\``;
    },
    { latencyMs: latency(schedule + 1000) },
  );
  return { default: student, reflect: teacher };
}

async function printed(options: GepaOptions, schedule: number, concurrency: number): Promise<string> {
  const target = {
    data: { train: rows(0, 16), val: rows(100, 16) },
    metric: ({ output }: { output: { name: string } }) => (output.name === "yes" ? 1 : 0),
    optimizer: gepa(options),
    models: models(schedule),
    budget: { evaluations: 400 },
    concurrency,
    fingerprint: "animals",
  };
  const result = await compile(name, target);
  const { lineage, candidates, front, remarks, evaluations } = result;
  for (const { calls } of Object.values(target.models))
    expect(new Set(calls.map((request) => contentHash(request))).size).toBe(calls.length);
  return `${printArtifact(artifactFrom(name, target, result))}${JSON.stringify({ lineage, candidates, front, remarks, evaluations })}`;
}

describe("the same result, byte for byte and with no request made twice, whatever the latencies", () => {
  const cases: Readonly<Record<string, GepaOptions>> = {
    "published, width 4": { ...published, width: 4 },
    "published, width 16": { ...published, width: 16 },
    "tuned, width 4": { width: 4 },
    "tuned, width 16": { width: 16 },
  };
  test.each(Object.entries(cases))("%s", async (_, options) => {
    const expected = await printed(options, 0, 64);
    for (let schedule = 1; schedule <= 4; schedule++)
      expect(await printed(options, schedule, [3, 64][schedule % 2]!)).toBe(expected);
    expect(await printed(options, 5, 1)).toBe(expected);
  });
});
