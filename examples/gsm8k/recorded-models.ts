import type { LanguageModel, Models } from "@cultivar/core";
import { CultivarError } from "@cultivar/core";
import type { Example } from "./program.ts";
import { solve } from "./program.ts";

/**
 * One model per name in the rows' solutions: it answers each question with what that model is recorded to have said. What
 * a module sends can be had without running it, so the recorded reply is found by the very messages that are sent.
 */
export async function recordedModels(rows: readonly Example[]): Promise<Models> {
  const names = Object.keys(rows[0]?.solutions ?? {});
  const first = names[0];
  if (first === undefined)
    throw new CultivarError("data", "gsm8k: expected rows with solutions by model name, got none; check the file");
  const recorded: Record<string, Map<string, string>> = {};
  for (const name of names) recorded[name] = new Map();
  for (const { input, solutions } of rows) {
    const asked = keyOf(await solve.render(input));
    for (const name of names) if (solutions[name] !== undefined) recorded[name]!.set(asked, solutions[name]);
  }
  const choices: Record<string, LanguageModel> = {};
  for (const name of names) choices[name] = replay(name, recorded[name]!);
  return { default: choices[first]!, choices };
}

const keyOf = (messages: unknown): string => JSON.stringify(messages);

function replay(modelId: string, solutions: ReadonlyMap<string, string>): LanguageModel {
  return {
    provider: "recorded",
    modelId,
    capabilities: { structuredOutput: true, tools: false, sampling: [], maxOutputTokens: 4096 },
    price: { inputUsd: 0, outputUsd: 0, asOf: "2026-01-01" },
    generate({ messages }) {
      const solution = solutions.get(keyOf(messages));
      if (solution === undefined)
        return Promise.reject(
          new CultivarError(
            "cassette",
            `${modelId}: no solution is recorded for this prompt; hold instructions and demos still`,
          ),
        );
      const usage = { inputTokens: 0, outputTokens: 0 };
      return Promise.resolve({ text: JSON.stringify({ solution }), usage, finishReason: "stop", warnings: [] });
    },
  };
}
