import type { ErrorCode } from "@cultivar/core";
import { CultivarError, messageOf } from "@cultivar/core";
import { redact } from "./redact.ts";
import type { HeaderReader } from "./retry-after.ts";
import { parseRetryAfter } from "./retry-after.ts";

/** A failed HTTP call in nobody's classes. */
export interface HttpFailure {
  /**
   * `status`: the server answered with an error. `connection`: no answer, or it broke off. `timeout`, `aborted`: as
   * said. `unreadable`: an answer that is none (HTML, empty, cut-off or missing parts, an error inside a 200).
   */
  readonly kind: "status" | "connection" | "timeout" | "aborted" | "unreadable";
  readonly status?: number | undefined;
  readonly header?: HeaderReader | undefined;
  /** The provider's own words. */
  readonly message: string;
  /** The provider's own classes: `insufficient_quota`, `overloaded_error`, ... */
  readonly type?: string | undefined;
  readonly code?: string | undefined;
  /** What the error says of a limit beside its message. */
  readonly limit?: LimitDetails | undefined;
}

/** What Google's errors say of a limit beside their message (google.rpc.QuotaFailure and RetryInfo). */
export interface LimitDetails {
  /** The ids of the limits that were hit: `GenerateRequestsPerMinutePerProjectPerModel-FreeTier`. */
  readonly limits?: string;
  /** When to try again. */
  readonly retryDelayMs?: number;
}

/** Who was asked, for messages. `secrets` never appear in one. */
export interface Asked {
  /** `provider/modelId`. */
  readonly where: string;
  readonly endpoint: string | undefined;
  /** How to give a key: `OPENAI_API_KEY`, or `the apiKey option`. */
  readonly keyName: string;
  readonly secrets: readonly (string | undefined)[];
}

const quotaWords =
  /insufficient_quota|insufficient.{0,10}(?:balance|credits|funds)|exceeded your current quota|billing|credit balance|spend(?:ing)? limit/i;
const contextWords =
  /context[ _](?:length|window)|maximum context|max(?:imum)? (?:prompt|input) (?:length|tokens)|prompt is too long|input is too long|too many (?:input )?tokens|reduce the length|exceeds? the (?:available|model).{0,20}(?:context|tokens)|request_too_large/i;
const modelWords =
  /model[ _]?not[ _]?found|model\b.{0,120}(?:does not exist|not found|is not (?:available|supported|found)|has been deprecated)|(?:no such|unknown|invalid) model|not a valid model/i;
const keyWords = /api[ _]?key|authentication_error|unauthorized/i;
const filterWords =
  /content_filter|content_policy|content management policy|safety_violation|responsible ?ai|flagged|moderation/i;

/**
 * What went wrong, by status and the provider's words. Words decide where a status is ambiguous: 429 is a rate limit or
 * a used-up quota, 400 a bad request, a prompt that is too long, an unknown model or a filter.
 */
export function codeOf(failure: HttpFailure): ErrorCode {
  if (failure.kind === "aborted" || failure.kind === "timeout") return failure.kind;
  if (failure.kind !== "status" || failure.status === undefined) return "transport";
  const { status } = failure;
  const words = `${failure.type ?? ""} ${failure.code ?? ""} ${failure.message}`;
  switch (status) {
    case 401:
      return "auth";
    case 403:
      // OpenRouter's status for an input that its moderation flagged.
      return filterWords.test(words) ? "content-filter" : "auth";
    case 402:
      return "quota";
    case 404:
      return "unknown-model";
    case 408:
    case 409:
    case 425:
      return "transport";
    case 413:
      return "context-overflow";
    case 429:
      // A rate limit's advice may point to the billing page.
      if (failure.code === "rate_limit_exceeded") return "rate-limit";
      return quotaWords.test(words) && !passes(failure, words) ? "quota" : "rate-limit";
    default:
      if (status < 400 || status >= 500) return "transport";
      if (contextWords.test(words)) return "context-overflow";
      if (modelWords.test(words)) return "unknown-model";
      if (filterWords.test(words)) return "content-filter";
      if (quotaWords.test(words)) return "quota";
      return keyWords.test(words) ? "auth" : "bad-request";
  }
}

const shortWords = /per[ _-]?(?:minute|second)/i;
const longWords = /insufficient_quota|per[ _-]?(?:day|month)|daily|monthly/i;

/**
 * Whether a limit that is told in the words of a used-up quota lifts within minutes: Google says "You exceeded your
 * current quota" of requests per minute too, and names the limit and when to try again beside it.
 */
function passes({ limit }: HttpFailure, words: string): boolean {
  const all = `${words} ${limit?.limits ?? ""}`;
  return !longWords.test(all) && (shortWords.test(all) || limit?.retryDelayMs !== undefined);
}

/** The house error of a failed call. It carries no cause: an SDK's error object may hold the request with its headers. */
export function httpError(failure: HttpFailure, asked: Asked, wallMs: number): CultivarError {
  const code = codeOf(failure);
  const header =
    failure.header === undefined || failure.kind !== "status" ? undefined : parseRetryAfter(failure.header, wallMs);
  const wait = header ?? failure.limit?.retryDelayMs;
  // Redacted before it is cut: half a key is no match for anything.
  const words = messageOf(redact(failure.message.slice(0, 10_000), asked.secrets), 300);
  const status = failure.status === undefined ? "" : `${failure.status} `;
  const from = asked.endpoint === undefined ? "" : ` from ${asked.endpoint}`;
  return new CultivarError(
    code,
    `${asked.where}: ${headlines[code] ?? "the call failed"}: ${status}${words}${from}${advice(code, asked)}`,
    {
      fields: {
        ...(failure.status !== undefined && { status: failure.status }),
        ...(failure.type !== undefined && { type: redact(failure.type, asked.secrets) }),
        ...(failure.code !== undefined && { code: redact(failure.code, asked.secrets) }),
      },
      ...(wait !== undefined && { retryAfterMs: wait }),
    },
  );
}

const headlines: Partial<Record<ErrorCode, string>> = {
  auth: "the provider refused the key",
  quota: "the quota or balance is used up",
  "unknown-model": "the provider does not know this model",
  "context-overflow": "the prompt does not fit the model's context window",
  "content-filter": "the provider's filter refused the prompt",
  "bad-request": "the provider refused the request",
  "rate-limit": "rate-limited",
  transport: "no usable reply",
  timeout: "no reply in time",
  aborted: "aborted by the caller",
};

function advice(code: ErrorCode, asked: Asked): string {
  switch (code) {
    case "auth":
      return `; check ${asked.keyName}`;
    case "quota":
      return "; add credit or raise the limit at the provider, then run again";
    case "unknown-model":
      return "; check the model id, and the base URL";
    case "context-overflow":
      return "; shorten the input or the demos, or use a model with a longer context";
    case "timeout":
      return "; raise resilience.timeoutMs if such replies are expected";
    default:
      return "";
  }
}

/** The failure of a reply that arrived with status 200 and is none. */
export function unreadable(message: string): HttpFailure {
  return { kind: "unreadable", message };
}

/** A JSON object, or undefined. */
export function asRecord(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

/** A string, or undefined. */
export function asText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** A count of tokens, or undefined: providers leave counts out or send null. */
export function asCount(value: unknown): number | undefined {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 ? value : undefined;
}
