import { contentHash } from "./hash.ts";

/** Shapes of secrets. Each match is replaced whole; what must stay readable around it is a lookbehind. */
const shapes: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\b(?:sk|pk|rk)[-_][A-Za-z0-9*_-]{8,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\b(?:ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{20,}/g,
  /\bgithub_pat_[A-Za-z0-9_]{20,}/g,
  /\b(?:glpat-|hf_|gsk_|r8_|npm_|xox[abprs]-|tgp_v1_|fw_|nvapi-|csk-|xai-|pplx-)[A-Za-z0-9_-]{10,}/g,
  /\bAIza[A-Za-z0-9_-]{30,}/g,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g,
  /(?<=\b(?:bearer|basic)\s+)[A-Za-z0-9+/=._~-]{12,}/gi,
  /(?<=:\/\/)[^\s/:@]+:[^\s/@]+(?=@)/g,
  /(?<=(?:api[-_]?key|access[-_]?token|secret|password)["']?\s*[:=]\s*["']?)[^\s"',;&}]{8,}/gi,
];

/** Names of members whose whole text is a secret. */
const secretName = /^(?:x[-_])?(?:[a-z0-9]+[-_])*(?:api[-_]?key|access[-_]?token|client[-_]?secret|password)$/i;

/**
 * Replaces everything that looks like a key (`Bearer ...`, `sk-...`, `api_key=...`, `x-api-key: ...`, and the like) by
 * `[redacted:<hash>]`. The hash (8 hex digits of SHA-256) keeps two secrets different and one secret the same; what was
 * redacted before stays as it is.
 */
export function redactSecrets(text: string): string {
  let safe = text;
  for (const shape of shapes) safe = safe.replace(shape, redactionMark);
  return safe;
}

/** What stands in the place of a secret. */
export function redactionMark(secret: string): string {
  return secret.startsWith("[redacted:") ? secret : `[redacted:${contentHash(secret, 8)}]`;
}

/** {@link redactSecrets} for one member of a JSON value, as a reviver of `JSON.parse` sees it. */
export function redactMember(name: string, value: unknown): unknown {
  if (typeof value !== "string") return value;
  return secretName.test(name) && value.length >= 8 ? redactionMark(value) : redactSecrets(value);
}
