import type { HttpFailure } from "../shared/http-failure.ts";
import { asRecord, asText } from "../shared/http-failure.ts";
import { limitDetails } from "../shared/limit-details.ts";
import { sdkFailure } from "../shared/sdk-failure.ts";

/** The AI SDK's error names that say more than "something broke". */
const named: Readonly<Record<string, Pick<HttpFailure, "kind" | "status">>> = {
  AI_LoadAPIKeyError: { kind: "status", status: 401 },
  AI_NoSuchModelError: { kind: "status", status: 404 },
  AI_UnsupportedModelVersionError: { kind: "status", status: 404 },
  AI_UnsupportedFunctionalityError: { kind: "status", status: 400 },
  AI_InvalidPromptError: { kind: "status", status: 400 },
  AI_InvalidArgumentError: { kind: "status", status: 400 },
  AI_EmptyResponseBodyError: { kind: "unreadable" },
  AI_JSONParseError: { kind: "unreadable" },
  AI_TypeValidationError: { kind: "unreadable" },
  AI_InvalidResponseDataError: { kind: "unreadable" },
  AI_NoContentGeneratedError: { kind: "unreadable" },
};

/**
 * Reads what `doGenerate` threw, by names and members (`AI_APICallError` with `statusCode`, `responseHeaders`,
 * `responseBody`). A call that got status 200 and could not be read is unreadable, not a bad request.
 */
export function aiSdkFailure(thrown: unknown): HttpFailure {
  const error = (typeof thrown === "object" && thrown !== null ? thrown : {}) as Readonly<Record<string, unknown>>;
  const message = asText(error["message"]) ?? String(thrown);
  const kind = asText(error["name"]) ?? "";
  const known = Object.hasOwn(named, kind) ? named[kind] : undefined;
  if (known !== undefined) return { ...known, message };
  const status: unknown = error["statusCode"];
  if (typeof status !== "number") return sdkFailure(thrown, () => undefined);
  if (status < 400) return { kind: "unreadable", message };
  const told = payload(error["responseBody"]);
  const headers = asRecord(error["responseHeaders"]);
  return {
    kind: "status",
    status,
    message: asText(told?.["message"]) ?? message,
    type: asText(told?.["type"]),
    code: asText(told?.["code"]),
    limit: limitDetails(told),
    header: (name) => asText(headers?.[name]),
  };
}

function payload(body: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof body !== "string") return undefined;
  try {
    const record = asRecord(JSON.parse(body));
    return asRecord(record?.["error"]) ?? record;
  } catch {
    return undefined;
  }
}
