import { modelsOf } from "../programs/bind.ts";
import type { AnyModule } from "../programs/module.ts";
import { definition } from "../programs/module.ts";
import type { LanguageModel } from "../values/language-model.ts";
import { costUsd } from "../values/language-model.ts";
import type { AnyTarget } from "./fingerprint.ts";
import type { PreparedData } from "./prepare-data.ts";
import type { Plan } from "./result.ts";

/** Characters per token of English text, roughly: only for estimates, never for caps. */
const charactersPerToken = 4;
/** Tokens of a short structured reply, for estimates. */
const replyTokens = 100;
/** What prompts hold beside the input: instructions, fields, some demos. */
const promptTokens = 400;

/** The expected size of a run: one call per declared call, prompts of average size. An estimate, and called one. */
export function planOf(module: AnyModule, target: AnyTarget, data: PreparedData): Plan {
  const { maxCalls } = module[definition];
  const { evaluations } = target.budget;
  // Half the declared calls are repairs, which are rare.
  const perRow = Math.max(1, Math.round(maxCalls / 2));
  const calls = evaluations === undefined ? undefined : (evaluations + 2 * data.test.length) * perRow;
  const models = modelsOf(target);
  const all = [models?.default, models?.reflect, models?.judge, ...Object.values(models?.choices ?? {})].filter(
    (lm) => lm !== undefined,
  );
  const unpriced = [...new Set(all.filter((lm) => lm.price === undefined).map((lm) => `${lm.provider}/${lm.modelId}`))];
  const inputTokens = promptTokens + Math.ceil(averageLength(data) / charactersPerToken);
  // Only these answer the program's own calls.
  const own = [models?.default, ...Object.values(models?.choices ?? {})].filter((lm) => lm !== undefined);
  const perCall = costOf(own, inputTokens);
  const usd = calls === undefined || perCall === undefined ? undefined : calls * perCall;
  const { budget } = target;
  return {
    evaluations,
    calls: budget.calls === undefined ? calls : Math.min(calls ?? budget.calls, budget.calls),
    usd: usd === undefined || budget.usd === undefined ? usd : Math.min(usd, budget.usd),
    testRows: data.test.length,
    unpriced,
  };
}

function averageLength({ train, val }: PreparedData): number {
  const rows = [...train, ...val];
  return rows.reduce((sum, { input }) => sum + JSON.stringify(input).length, 0) / rows.length;
}

/** The dearest of the models, so that an estimate errs upward. */
function costOf(models: readonly LanguageModel[], inputTokens: number): number | undefined {
  const costs = models.map((lm) => costUsd({ inputTokens, outputTokens: replyTokens }, lm.price));
  return costs.some((cost) => cost === undefined) ? undefined : Math.max(0, ...(costs as number[]));
}
