import { redactSecrets } from "./redact-secrets.ts";

/** Why something failed. The code decides who is blamed (see {@link blame}); the message tells a person what to do. */
export type ErrorCode =
  // what the user wrote
  | "config"
  | "data"
  | "signature"
  | "candidate"
  | "artifact"
  | "stale"
  | "metric"
  | "missing-package"
  | "price-unknown"
  // what the candidate did
  | "parse"
  | "refusal"
  | "truncated"
  | "content-filter"
  | "step-limit"
  | "context-overflow"
  | "program"
  // what the world did
  | "auth"
  | "quota"
  | "unknown-model"
  | "bad-request"
  | "rate-limit"
  | "transport"
  | "timeout"
  | "cassette"
  // what the run did
  | "aborted"
  | "run-ended"
  | "journal"
  | "locked"
  | "storage";

const marker = Symbol.for("cultivar.error");

export interface CultivarErrorOptions {
  readonly cause?: unknown;
  /** Data about the failure, for programs. Never a secret, never a whole request body. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** For `rate-limit`: how long the provider asked to wait, in milliseconds. */
  readonly retryAfterMs?: number;
}

/**
 * The one error class of the framework. A message says where, what was expected, what came, and what to do:
 * `gepa: budget.evaluations is 20 but one validation pass needs 50; raise it or pass fewer val examples`.
 */
export class CultivarError extends Error {
  override readonly name = "CultivarError";
  readonly code: ErrorCode;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly retryAfterMs: number | undefined;
  /** The same symbol in every copy of the package: how `isCultivarError` knows its own. */
  readonly marker: symbol = marker;

  constructor(code: ErrorCode, message: string, options: CultivarErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.fields = options.fields ?? {};
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** True for errors of this framework, also across duplicate copies of the package. */
export function isCultivarError(value: unknown, code?: ErrorCode): value is CultivarError {
  if (typeof value !== "object" || value === null || (value as CultivarError).marker !== marker) return false;
  return code === undefined || (value as CultivarError).code === code;
}

/**
 * Who a failure belongs to (law 4). `candidate`: it scores the bottom of the metric's range. `world`: the row stays
 * unscored. `run`: nothing can go on (a wrong key, a used-up quota, a full disk, the end of the run): evaluation stops
 * at once and the journal keeps what was paid for.
 */
export type Blame = "candidate" | "world" | "run";

const blames: Partial<Record<ErrorCode, Blame>> = {
  parse: "candidate",
  refusal: "candidate",
  truncated: "candidate",
  "content-filter": "candidate",
  "step-limit": "candidate",
  "context-overflow": "candidate",
  program: "candidate",
  "rate-limit": "world",
  transport: "world",
  timeout: "world",
  metric: "world",
};

/** Whose failure `error` is; an error of unknown origin was thrown by the program's own code, so the candidate's. */
export function blame(error: unknown): Blame {
  return isCultivarError(error) ? (blames[error.code] ?? "run") : "candidate";
}

/** Characters past the cap that are read for secrets: one that is cut in two cannot be told. */
const redactedBeyond = 4096;

/**
 * A short, single-line, length-capped text of any thrown value, without what looks like a key (law 7): messages are
 * journaled, shown to models and sent on.
 */
export function messageOf(error: unknown, maxLength = 500): string {
  const whole = error instanceof Error ? error.message : String(error);
  const text = redactSecrets(whole.slice(0, maxLength + redactedBeyond))
    .replaceAll(/\s+/g, " ")
    .trim();
  return text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text;
}
