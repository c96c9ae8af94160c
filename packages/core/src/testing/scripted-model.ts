import { CultivarError } from "../ground/errors.ts";
import type { Capabilities, GenerateOptions, LanguageModel, Request, Response } from "../values/language-model.ts";
import { textOf } from "../values/language-model.ts";

/** A reply in full or as its text only; usage is made up from the lengths when it is not given. */
export type ScriptedReply = string | Partial<Response>;

/**
 * What a scripted model says. A function of the request (`call` is its number, from 0); a list of replies in the order
 * of the calls; or replies by a text that the last message holds (the longest that fits). In the last two an unforeseen
 * call rejects with a `cassette` error, which ends a run instead of counting as a failed row.
 */
export type Script =
  | ((request: Request, call: number) => ScriptedReply | Promise<ScriptedReply>)
  | readonly ScriptedReply[]
  | Readonly<Record<string, ScriptedReply>>;

export interface ScriptedModelOptions {
  /** Default `scripted`. */
  readonly modelId?: string;
  readonly capabilities?: Partial<Capabilities>;
  /** How long a reply takes; default: no time at all. Never changes what is said. */
  readonly latencyMs?: (request: Request, call: number) => number;
}

/** A model that keeps what it was asked. */
export interface ScriptedModel extends LanguageModel {
  /** Every request so far, in the order in which they arrived. */
  readonly calls: readonly Request[];
}

/** A free, deterministic language model for tests. */
export function scriptedModel(script: Script, options: ScriptedModelOptions = {}): ScriptedModel {
  const calls: Request[] = [];
  const modelId = options.modelId ?? "scripted";
  const answer = replier(script, modelId);
  return {
    provider: "scripted",
    modelId,
    capabilities: {
      structuredOutput: true,
      tools: true,
      sampling: ["temperature", "topP"],
      maxOutputTokens: 1024,
      ...options.capabilities,
    },
    price: { inputUsd: 0, outputUsd: 0, asOf: "2026-01-01" },
    calls,
    async generate(request, { signal }: GenerateOptions = {}) {
      refuseAborted(modelId, signal);
      const call = calls.push(request) - 1;
      const latencyMs = options.latencyMs?.(request, call) ?? 0;
      if (latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, latencyMs));
      const reply = await answer(request, call);
      refuseAborted(modelId, signal);
      const given = typeof reply === "string" ? { text: reply } : reply;
      return { text: "", finishReason: "stop", warnings: [], usage: usageOf(request, given.text ?? ""), ...given };
    },
  };
}

type Replier = (request: Request, call: number) => ScriptedReply | Promise<ScriptedReply>;

function replier(script: Script, modelId: string): Replier {
  if (typeof script === "function") return script;
  if (Array.isArray(script)) {
    const replies = script as readonly ScriptedReply[];
    return (request, call) =>
      replies[call] ?? unforeseen(modelId, request, `its ${replies.length} replies are used up`);
  }
  const entries = Object.entries(script as Readonly<Record<string, ScriptedReply>>).sort(
    ([a], [b]) => b.length - a.length || (a < b ? -1 : 1),
  );
  return (request) => {
    const last = lastText(request);
    const found = entries.find(([key]) => last.includes(key));
    const keys = entries.map(([key]) => JSON.stringify(key)).join(", ");
    return found === undefined ? unforeseen(modelId, request, `it holds none of ${keys}`) : found[1];
  };
}

function unforeseen(modelId: string, request: Request, why: string): never {
  throw new CultivarError(
    "cassette",
    `${modelId}: no reply is scripted for ${JSON.stringify(lastText(request).slice(0, 300))}: ${why}; add one to the script`,
  );
}

function lastText({ messages }: Request): string {
  const last = messages.at(-1);
  return last === undefined ? "" : textOf(last);
}

/** One token per four characters, as a rule of thumb. */
function usageOf(request: Request, text: string): Response["usage"] {
  const sent = request.messages.reduce((sum, message) => sum + textOf(message).length, 0);
  return { inputTokens: Math.ceil(sent / 4), outputTokens: Math.ceil(text.length / 4) };
}

function refuseAborted(modelId: string, signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new CultivarError("aborted", `${modelId}: aborted`, { cause: signal.reason });
}
