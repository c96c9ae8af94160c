import type { LanguageModel, Models } from "@cultivar/core";
import { costUsd, requestKey } from "@cultivar/core";

/** Calls, tokens and list price of models, as counted where they are served. */
export interface Counts {
  calls: number;
  inputTokens: number;
  outputTokens: number;
  usd: number;
}

/**
 * The same models, counted into `counts`. The sample index of a request is how often these models were asked it before:
 * what a client without sample indexes gets over HTTP.
 */
export function countedModels(models: Models, counts: Counts): Models {
  const asked = new Map<string, number>();
  const counted = (model: LanguageModel): LanguageModel => ({
    ...model,
    generate: async (request, options) => {
      const { sample: _, ...rest } = request;
      const key = requestKey(model, rest);
      const sample = asked.get(key) ?? 0;
      asked.set(key, sample + 1);
      const response = await model.generate({ ...rest, sample }, options);
      counts.calls += 1;
      counts.inputTokens += response.usage.inputTokens ?? 0;
      counts.outputTokens += response.usage.outputTokens ?? 0;
      counts.usd += costUsd(response.usage, model.price) ?? 0;
      return response;
    },
  });
  return {
    default: counted(models.default),
    ...(models.choices !== undefined && {
      choices: Object.fromEntries(Object.entries(models.choices).map(([name, model]) => [name, counted(model)])),
    }),
  };
}
