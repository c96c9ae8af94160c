import { contentHash } from "@cultivar/core";

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
  /(?<=\b(?:api[-_]?key|access[-_]?token|secret|password)["']?\s*[:=]\s*["']?)[^\s"',;}]{8,}/gi,
];

/**
 * Replaces everything that looks like a key, and each of `secrets` wherever it stands, by `[redacted:<hash>]`. The hash
 * (8 hex digits of SHA-256) keeps two different secrets different and one secret the same.
 */
export function redact(text: string, secrets: readonly (string | undefined)[] = []): string {
  let safe = text;
  for (const secret of secrets) {
    if (secret !== undefined && secret.length >= 4) safe = safe.replaceAll(secret, mark(secret));
  }
  for (const shape of shapes) safe = safe.replace(shape, mark);
  return safe;
}

/** {@link redact} for every string of a JSON value, keys of objects included. */
export function redactJson<T>(value: T): T {
  return walk(value) as T;
}

function walk(value: unknown): unknown {
  if (typeof value === "string") return redact(value);
  if (Array.isArray(value)) return value.map(walk);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [redact(name), walk(member)]));
}

function mark(secret: string): string {
  return secret.startsWith("[redacted:") ? secret : `[redacted:${contentHash(secret, 8)}]`;
}
