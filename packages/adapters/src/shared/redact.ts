import { redactionMark, redactSecrets } from "@cultivar/core";

/**
 * Replaces everything that looks like a key, and each of `secrets` wherever it stands, by `[redacted:<hash>]`. The hash
 * (8 hex digits of SHA-256) keeps two different secrets different and one secret the same.
 */
export function redact(text: string, secrets: readonly (string | undefined)[] = []): string {
  let safe = text;
  for (const secret of secrets) {
    if (secret !== undefined && secret.length >= 4) safe = safe.replaceAll(secret, redactionMark(secret));
  }
  return redactSecrets(safe);
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
