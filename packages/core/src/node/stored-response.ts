import type { FinishReason, Response } from "../values/language-model.ts";

/** Only whole replies are kept (see ResponseCache); anything else in a cache file did not come from us. */
const wholeReplies: ReadonlySet<FinishReason> = new Set(["stop", "tool-calls"]);

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === "string";
const isCount = (value: unknown): boolean => typeof value === "number" && Number.isFinite(value) && value >= 0;

function isToolCall(value: unknown): boolean {
  return isFields(value) && isText(value["id"]) && isText(value["name"]) && Object.hasOwn(value, "arguments");
}

function isWholeResponse(value: unknown): value is Response {
  if (!isFields(value) || !isText(value["text"])) return false;
  const { usage, finishReason, warnings, toolCalls, modelId } = value;
  return (
    isFields(usage) &&
    Object.values(usage).every(isCount) &&
    wholeReplies.has(finishReason as FinishReason) &&
    Array.isArray(warnings) &&
    warnings.every(isText) &&
    (toolCalls === undefined || (Array.isArray(toolCalls) && toolCalls.every(isToolCall))) &&
    (modelId === undefined || isText(modelId))
  );
}

function refusePrototype(key: string, value: unknown): unknown {
  if (key === "__proto__") throw new SyntaxError("a member named __proto__ is not allowed");
  return value;
}

/** The reply in a stored text; undefined when the text is not a whole reply, or holds a member named `__proto__`. */
export function decodeResponse(text: string): Response | undefined {
  try {
    // Without the name or an escape that could spell it, the ten times slower parse has nothing to find.
    const suspicious = text.includes("__proto__") || text.includes("\\u00");
    const value: unknown = suspicious ? JSON.parse(text, refusePrototype) : JSON.parse(text);
    return isWholeResponse(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
