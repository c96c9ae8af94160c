import type { LimitDetails } from "./http-failure.ts";
import { asRecord, asText } from "./http-failure.ts";

/** Reads the `details` of an error object; empty for any other provider's. */
export function limitDetails(error: Readonly<Record<string, unknown>> | undefined): LimitDetails {
  const details: unknown = error?.["details"];
  const parts = Array.isArray(details) ? details.map(asRecord) : [];
  const limits = parts.flatMap((part) => {
    const violations: unknown = part?.["violations"];
    return Array.isArray(violations) ? violations.map((each) => asText(asRecord(each)?.["quotaId"]) ?? "") : [];
  });
  const delays = parts.map((part) => /^(\d+(?:\.\d+)?)s$/.exec(asText(part?.["retryDelay"]) ?? "")?.[1]);
  const delay = delays.find((each) => each !== undefined);
  return {
    ...(limits.length > 0 && { limits: limits.join(" ") }),
    ...(delay !== undefined && { retryDelayMs: Math.ceil(Number(delay) * 1000) }),
  };
}
