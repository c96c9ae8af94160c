import type { Request, Usage } from "@cultivar/core";
import { canonicalJson, rng, sha256Hex, textOf } from "@cultivar/core";

/** One turn of a conversation, whatever wire format it came in. */
export interface Turn {
  readonly role: "user" | "assistant" | "tool";
  readonly text: string;
}

/** What a request says, freed of how it was sent. */
export interface Conversation {
  /** All system texts, joined. */
  readonly system: string;
  /** Neighbours of one role are joined; empty ones are dropped. */
  readonly turns: readonly Turn[];
}

/** The texts of a request: system texts together and first, as every provider ends up sending them. */
export function conversationOf(request: Request): Conversation {
  const system: string[] = [];
  const turns: { role: Turn["role"]; text: string }[] = [];
  for (const message of request.messages) {
    const calls = (message.toolCalls ?? []).map((call) => `${call.name}(${canonicalJson(call.arguments)})`);
    const text = [textOf(message), ...calls].join("\n").trim();
    if (text === "") continue;
    if (message.role === "system") system.push(text);
    else if (turns.at(-1)?.role === message.role) turns.at(-1)!.text += `\n\n${text}`;
    else turns.push({ role: message.role, text });
  }
  return { system: system.join("\n\n"), turns };
}

/**
 * The identity of a request as the simulated models see it: roles and texts, the names of tools and of output fields.
 * Equal over every wire format, whatever a provider's strict mode did to the schema, and free of sampling settings.
 * 64 hex digits; the sample index is not in it.
 */
export function logicalKey(request: Request): string {
  const { system, turns } = conversationOf(request);
  const properties = request.output?.schema["properties"];
  const fields = typeof properties === "object" && properties !== null ? Object.keys(properties).toSorted() : null;
  const tools = (request.tools ?? []).map((tool) => tool.name).toSorted();
  return sha256Hex(canonicalJson([system, turns, fields, tools]));
}

/** A uniform draw in [0, 1) named by its labels; equal labels, equal draw. */
export type Draw = (...labels: readonly (string | number)[]) => number;

/** The draws of one reply: keyed by seed, whole prompt and sample index. */
export function drawsOf(seed: number, key: string, sample: number): Draw {
  return (...labels) => rng(seed, [key, sample, ...labels].join("\u0001")).next();
}

/** A simple deterministic count of tokens: one per four characters, rounded up, and four for each message. */
export function countTokens(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + 4 + Math.ceil(text.length / 4), 0);
}

/** The usage of one call, over the conversation and not over its wire form: the same for every provider. */
export function usageOf(request: Request, reply: string): Usage {
  const { system, turns } = conversationOf(request);
  const inputTokens = countTokens([system, ...turns.map((turn) => turn.text)]);
  return { inputTokens, outputTokens: Math.max(1, Math.ceil(reply.length / 4)) };
}
