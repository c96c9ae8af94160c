/** Reads one response header; undefined or null when absent. */
export type HeaderReader = (name: string) => string | null | undefined;

/**
 * How long the provider asks to wait, in milliseconds, from `retry-after-ms` or `retry-after` (seconds or an HTTP date,
 * RFC 9110 section 10.2.3). A date in the past is 0. Undefined when absent or nonsense (`NaN`, `-1`): then the caller's
 * own back-off decides. No upper cap: how much is too much is for the caller to say.
 */
export function parseRetryAfter(header: HeaderReader, wallMs: number): number | undefined {
  const inMs = count(header("retry-after-ms"));
  if (inMs !== undefined) return inMs;
  const text = header("retry-after")?.trim();
  if (text === undefined || text === "") return undefined;
  const inSeconds = count(text);
  if (inSeconds !== undefined) return inSeconds * 1000;
  // A date holds letters; without this check Date.parse would take "-1" for the year 2001.
  const date = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - wallMs);
}

function count(text: string | null | undefined): number | undefined {
  return text !== null && text !== undefined && /^\d+(\.\d+)?(e\d+)?$/i.test(text.trim()) ? Number(text) : undefined;
}
