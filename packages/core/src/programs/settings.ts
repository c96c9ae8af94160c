import type { Space } from "../values/component.ts";
import type { LanguageModel, Request } from "../values/language-model.ts";
import type { Format } from "./codec/format.ts";
import { formats } from "./codec/formats.ts";
import type { Frame } from "./module.ts";

/** What a caller may fix for one module; a candidate's `temperature` component wins. */
export interface ModuleSettings {
  /** In [0, 2]. */
  readonly temperature?: number;
  /** Output tokens at most. */
  readonly maxTokens?: number;
}

/** The choices that every module with a prompt of its own has, for `vary`. */
export function choicesOf(name: string, modelNames: readonly string[]): Space {
  return {
    model: { kind: "choice", initial: "default", role: `the model of ${name}`, choices: modelNames },
    format: { kind: "choice", initial: "json", role: `the reply format of ${name}`, choices: Object.keys(formats) },
    temperature: {
      kind: "choice",
      initial: "1",
      role: `the sampling temperature of ${name}`,
      reject: rejectTemperature,
    },
  };
}

function rejectTemperature(value: string): string | undefined {
  const number = Number(value);
  return value.trim() !== "" && number >= 0 && number <= 2
    ? undefined
    : `expected a number in [0, 2], got ${JSON.stringify(value)}`;
}

/** The format that a candidate chooses for a module, if it does. */
export function chosenFormat({ candidate, prefix }: Frame): Format["name"] | undefined {
  const choice = candidate[`${prefix}format`];
  return choice === "json" || choice === "markers" ? choice : undefined;
}

/** The format of a module: its choice, else structured output where the model has it, else field markers. */
export function formatOf(frame: Frame, lm: LanguageModel): Format {
  return formats[chosenFormat(frame) ?? (lm.capabilities.structuredOutput ? "json" : "markers")];
}

/** The sampling part of a module's requests. */
export function samplingOf(frame: Frame, settings: ModuleSettings): Pick<Request, "temperature" | "maxTokens"> {
  const chosen = frame.candidate[`${frame.prefix}temperature`];
  const temperature = chosen === undefined ? settings.temperature : Number(chosen);
  return {
    ...(temperature !== undefined && { temperature }),
    ...(settings.maxTokens !== undefined && { maxTokens: settings.maxTokens }),
  };
}
