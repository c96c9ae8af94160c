import type { JsonSchema } from "../ground/json.ts";

export type TextPart = { readonly type: "text"; readonly text: string };
/** `data` is base64 without a data-URL prefix; give either `data` or `url`. */
export type ImagePart = {
  readonly type: "image";
  readonly mediaType: string;
  readonly data?: string;
  readonly url?: string;
};
/** `data` is base64. */
export type FilePart = {
  readonly type: "file";
  readonly mediaType: string;
  readonly data: string;
  readonly name?: string;
};
export type Part = TextPart | ImagePart | FilePart;

/** One tool call as the model asked for it; `arguments` is the parsed JSON, or the raw text when it did not parse. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: unknown;
}

export interface Message {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly content: readonly Part[];
  /** On an assistant message: the tool calls it made. */
  readonly toolCalls?: readonly ToolCall[];
  /** On a tool message: the call it answers. */
  readonly toolCallId?: string;
  /** True on the last message of the prefix that stays the same from example to example: adapters cache up to here. */
  readonly cacheBreakpoint?: boolean;
}

export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of an object. */
  readonly parameters: JsonSchema;
}

/** One request, as plain JSON data: equal requests have equal hashes. */
export interface Request {
  readonly messages: readonly Message[];
  readonly tools?: readonly ToolSpec[];
  readonly toolChoice?: "auto" | "required" | "none";
  /** The reply must be one JSON value of this schema. `name` is [a-zA-Z0-9_-]{1,64}. */
  readonly output?: { readonly name: string; readonly schema: JsonSchema };
  /** In [0, 2]; dropped with a warning where `capabilities.sampling` lacks it. */
  readonly temperature?: number;
  /** In (0, 1]. */
  readonly topP?: number;
  /** Output tokens at most; undefined means the adapter's `capabilities.maxOutputTokens`. */
  readonly maxTokens?: number;
  readonly stop?: readonly string[];
  /** Which of several equal requests this is, from 0. Different samples may get different replies. */
  readonly sample?: number;
}

/** Tokens of one call. `inputTokens` includes cached ones. An unknown count is undefined, never 0. */
export interface Usage {
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly cachedInputTokens?: number;
  readonly cacheWriteTokens?: number;
  readonly reasoningTokens?: number;
}

/**
 * Why the model stopped. `stop` and `tool-calls` are whole replies; the others are never cached as successes.
 * `length`: the output limit; `context-overflow`: the context window filled up; `pause`: the provider paused a long turn.
 */
export type FinishReason =
  "stop" | "tool-calls" | "length" | "content-filter" | "refusal" | "context-overflow" | "pause" | "other";

/** One reply, as plain JSON data. */
export interface Response {
  readonly text: string;
  /** With `request.output`: the reply as parsed by the provider's SDK, when it did. */
  readonly parsed?: unknown;
  readonly toolCalls?: readonly ToolCall[];
  readonly usage: Usage;
  readonly finishReason: FinishReason;
  /** Settings that were dropped or changed, in words. */
  readonly warnings: readonly string[];
  /** The model id that the provider says answered, when it says. */
  readonly modelId?: string;
}

/** What a model can do, declared as data and never sniffed. */
export interface Capabilities {
  /** Replies can be held to a JSON Schema. */
  readonly structuredOutput: boolean;
  /** Native tool calls. */
  readonly tools: boolean;
  /** Sampling settings that the model takes; others are dropped with a warning. */
  readonly sampling: readonly ("temperature" | "topP")[];
  /** Output tokens when a request does not say; also what a budget reserves. */
  readonly maxOutputTokens: number;
}

/** List prices in US dollars per million tokens, as of a day (YYYY-MM-DD). */
export interface Price {
  readonly inputUsd: number;
  readonly outputUsd: number;
  readonly cachedInputUsd?: number;
  readonly cacheWriteUsd?: number;
  /** What a call costs whose input has more tokens than this: other prices for all of it. */
  readonly longPrompt?: Omit<Price, "asOf" | "longPrompt"> & { readonly aboveTokens: number };
  readonly asOf: string;
}

/** What a middleware reports before it sends a request again. */
export interface Retry {
  /** The attempt that failed, from 1. */
  readonly attempt: number;
  readonly delayMs: number;
  readonly error: unknown;
}

export interface GenerateOptions {
  readonly signal?: AbortSignal;
  /** Awaited before each further attempt at this call; rejects to stop (a budget is used up, say). */
  readonly onRetry?: (retry: Retry) => Promise<void> | void;
}

/**
 * A language model. `generate` rejects with a CultivarError whose code says what happened (`auth`, `quota`,
 * `rate-limit`, `transport`, `timeout`, `unknown-model`, `bad-request`, `context-overflow`, `aborted`); a refusal, a
 * filtered or a cut-off reply is no error but a Response with that finish reason.
 */
export interface LanguageModel {
  readonly provider: string;
  readonly modelId: string;
  readonly capabilities: Capabilities;
  /** Undefined when unknown; a `usd` budget then refuses to start. A free model says 0. */
  readonly price?: Price;
  /** Host (and path) that answers, part of a reply's identity: two servers with one model name differ. No credentials. */
  readonly endpoint?: string;
  generate(request: Request, options?: GenerateOptions): Promise<Response>;
}

/** Turns texts into vectors. Deterministic for equal texts. */
export interface Embedder {
  readonly provider: string;
  readonly modelId: string;
  readonly endpoint?: string;
  readonly price?: Price;
  /** One vector per text, in order; all of the same length. */
  embed(
    texts: readonly string[],
    options?: { readonly signal?: AbortSignal },
  ): Promise<{ readonly vectors: readonly (readonly number[])[]; readonly usage?: Usage }>;
}

/** The models of a program or a run. `choices` are what a `model` component may name. */
export interface Models {
  readonly default: LanguageModel;
  readonly reflect?: LanguageModel;
  readonly judge?: LanguageModel;
  readonly choices?: Readonly<Record<string, LanguageModel>>;
  /** By the name that a demo set's `select.embedder` gives. */
  readonly embedders?: Readonly<Record<string, Embedder>>;
}

/** A message of one text part. */
export function textMessage(role: Message["role"], text: string, options: { cacheBreakpoint?: boolean } = {}): Message {
  return {
    role,
    content: [{ type: "text", text }],
    ...(options.cacheBreakpoint === true && { cacheBreakpoint: true }),
  };
}

/** All text of a message, parts joined. */
export function textOf(message: Message): string {
  let text = "";
  for (const part of message.content) if (part.type === "text") text += part.text;
  return text;
}

/** What a call with this usage costs at this price, in US dollars; undefined when either is unknown. */
export function costUsd(usage: Usage, list: Price | undefined): number | undefined {
  if (list === undefined || usage.inputTokens === undefined || usage.outputTokens === undefined) return undefined;
  const { longPrompt } = list;
  const price = longPrompt !== undefined && usage.inputTokens > longPrompt.aboveTokens ? longPrompt : list;
  const cached = usage.cachedInputTokens ?? 0;
  const written = usage.cacheWriteTokens ?? 0;
  const fresh = Math.max(0, usage.inputTokens - cached - written);
  const input =
    fresh * price.inputUsd +
    cached * (price.cachedInputUsd ?? price.inputUsd) +
    written * (price.cacheWriteUsd ?? price.inputUsd);
  return (input + usage.outputTokens * price.outputUsd) / 1_000_000;
}
