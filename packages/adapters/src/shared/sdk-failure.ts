import type { HttpFailure } from "./http-failure.ts";
import { asRecord, asText } from "./http-failure.ts";
import { limitDetails } from "./limit-details.ts";

/** What the errors of the official OpenAI and Anthropic SDKs (one generator) have in common. */
interface SdkError {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly status?: unknown;
  readonly headers?: { get?(name: string): string | null };
  readonly cause?: unknown;
}

/**
 * Reads what an SDK threw, by its shape: classes are not compared, since two copies of an SDK may be installed.
 * `payload` picks the provider's error object out of the thrown one. Anything that is no answer with a status is a broken
 * connection: a reset in the middle of a body surfaces as a bare TypeError, cut-off JSON as a SyntaxError.
 */
export function sdkFailure(
  thrown: unknown,
  payload: (thrown: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>> | undefined,
): HttpFailure {
  const error = (typeof thrown === "object" && thrown !== null ? thrown : {}) as SdkError;
  const kind = (thrown as { constructor?: { name?: string } } | undefined)?.constructor?.name ?? "";
  const message = asText(error.message) ?? String(thrown);
  if (typeof error.status === "number") {
    const told = payload(error as Record<string, unknown>);
    return {
      kind: "status",
      status: error.status,
      message: asText(told?.["message"]) ?? message,
      type: asText(told?.["type"]),
      code: asText(told?.["code"]),
      limit: limitDetails(told),
      header: (name) => error.headers?.get?.(name),
    };
  }
  if (kind === "APIUserAbortError" || error.name === "AbortError") return { kind: "aborted", message };
  if (kind === "APIConnectionTimeoutError" || error.name === "TimeoutError") return { kind: "timeout", message };
  if (thrown instanceof SyntaxError) return { kind: "unreadable", message: `the body is no JSON (${message})` };
  return { kind: "connection", message: [message, ...causes(error.cause)].join(": ") };
}

/** The messages and codes (`ECONNRESET`) under an error, outermost first. */
function causes(cause: unknown, depth = 3): readonly string[] {
  const record =
    asRecord(cause) ?? (cause instanceof Error ? (cause as unknown as Record<string, unknown>) : undefined);
  if (record === undefined || depth === 0) return [];
  const words = [asText(record["code"]), asText(record["message"])].filter((word) => word !== undefined && word !== "");
  return [words.join(" "), ...causes(record["cause"], depth - 1)];
}
