import type { HttpFailure } from "../shared/http-failure.ts";
import { asRecord, asText } from "../shared/http-failure.ts";
import { sdkFailure } from "../shared/sdk-failure.ts";

/** Reads what the Anthropic SDK threw: its errors carry the whole body, `{ type: "error", error: {...} }`, as `error`. */
export function anthropicFailure(thrown: unknown): HttpFailure {
  return sdkFailure(thrown, (error) => {
    const body = asRecord(error["error"]);
    const told = asRecord(body?.["error"]) ?? body;
    return told && { ...told, code: asText(asRecord(told["details"])?.["error_code"]) };
  });
}
