import { anthropic } from "@cultivar/adapters/anthropic";
import { openai } from "@cultivar/adapters/openai";
import type { Models, Target } from "@cultivar/core";
import { CultivarError, split } from "@cultivar/core";
import { everyModel } from "./every-model.ts";
import type { Example } from "./program.ts";
import { sameNumber } from "./program.ts";
import { recordedModels } from "./recorded-models.ts";

/** Recorded models; with `--live` two models of the provider whose key is in the environment. */
async function modelsFor(rows: readonly Example[], live: boolean): Promise<Models> {
  if (!live) return recordedModels(rows);
  const pick = (small: Models["default"], large: Models["default"]): Models => ({
    default: small,
    choices: { small, large },
  });
  if (hasKey("OPENAI_API_KEY")) return pick(openai("gpt-5.6-luna"), openai("gpt-5.6-terra"));
  if (hasKey("ANTHROPIC_API_KEY")) return pick(anthropic("claude-haiku-5-5"), anthropic("claude-sonnet-5-5"));
  throw new CultivarError("auth", "--live: no API key; set OPENAI_API_KEY or ANTHROPIC_API_KEY, or leave --live out");
}

const hasKey = (name: string): boolean => (process.env[name] ?? "") !== "";

/** Chooses the best model on a third of the rows and tests it on the rest; nothing else may vary. */
export async function targetOver(
  rows: readonly Example[],
  live: boolean = process.argv.includes("--live"),
): Promise<Target<Example, { solution: string }>> {
  const models = await modelsFor(rows, live);
  const names = Object.keys(models.choices ?? {});
  return {
    metric: sameNumber,
    data: split(rows, { train: 0.1, val: 0.3, test: 0.6 }, { seed: 0 }),
    optimizer: everyModel,
    models,
    vary: { model: names, "solve.instructions": false, "solve.demos": false },
    budget: { evaluations: names.length * rows.length, usd: 5 },
    concurrency: 64,
  };
}
