import type { HttpFailure } from "../shared/http-failure.ts";
import { asRecord, asText, unreadable } from "../shared/http-failure.ts";
import { sdkFailure } from "../shared/sdk-failure.ts";

/** Reads what the openai SDK threw: its errors carry the body's `error` member as `error`. */
export function openAiFailure(thrown: unknown): HttpFailure {
  return sdkFailure(thrown, (error) => {
    const told = asRecord(error["error"]);
    // Some servers nest once more, or send the code as a number.
    const inner = asRecord(told?.["error"]) ?? told;
    return inner && { ...inner, code: asText(inner["code"]) };
  });
}

/**
 * An error that came inside a 200. Only a rate limit keeps its class (it must pause the others); all else is a passing
 * fault of whatever stands behind the gateway.
 */
export function errorInBody(error: unknown): HttpFailure | undefined {
  if (error === undefined || error === null) return undefined;
  const told = asRecord(error);
  const code: unknown = told?.["code"];
  const message = asText(told?.["message"]) ?? asText(error) ?? JSON.stringify(error);
  if (code === 429 || code === "429" || code === "rate_limit_exceeded") {
    return { kind: "status", status: 429, message, code: "rate_limit_exceeded" };
  }
  return unreadable(`the server sent an error inside a 200: ${message}`);
}
