import type { Estimate, Spend } from "@cultivar/core";

/** `0.4s`, `42s`, `3m40s`, `2h05m`, `3d04h`. Undefined and infinite are said: `unknown`. */
export function duration(ms: number | undefined): string {
  if (ms === undefined || !Number.isFinite(ms)) return "unknown";
  if (ms < 9950) return `${(Math.max(0, ms) / 1000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  const pad = (value: number): string => String(value).padStart(2, "0");
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${pad(seconds % 60)}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1440) return `${Math.floor(minutes / 60)}h${pad(minutes % 60)}m`;
  const hours = Math.floor(minutes / 60);
  return `${Math.floor(hours / 24)}d${pad(hours % 24)}h`;
}

/** `1,520`. Undefined is `unknown`, infinite `no limit`. */
export function count(value: number | undefined): string {
  if (value === undefined) return "unknown";
  if (value === Infinity) return "no limit";
  return String(Math.round(value)).replaceAll(/\B(?=(?:\d{3})+$)/g, ",");
}

/** `1 call`, `1,520 calls`. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** US dollars: two digits, more where they would hide a small sum (`$0.0042`). Undefined is `unknown`, never `$0.00`. */
export function dollars(usd: number | undefined): string {
  if (usd === undefined || !Number.isFinite(usd)) return "unknown";
  if (usd === 0) return "$0.00";
  if (usd < 0.00005) return "under $0.0001";
  if (usd < 0.1) return `$${usd.toFixed(4)}`;
  const [whole, cents] = usd.toFixed(2).split(".") as [string, string];
  return `$${whole.replaceAll(/\B(?=(?:\d{3})+$)/g, ",")}.${cents}`;
}

/** What was spent; with calls of unknown price in it, only that it was more than the known part. */
export function spent(spend: Pick<Spend, "usd" | "pricedUsd" | "unpriced">): string {
  if (spend.usd !== undefined) return dollars(spend.usd);
  const models = spend.unpriced.length === 0 ? "" : ` for ${spend.unpriced.join(", ")}`;
  return spend.pricedUsd > 0 ? `over ${dollars(spend.pricedUsd)} (price unknown${models})` : `cost unknown${models}`;
}

/** Several spends as one sum. Its `usd` is unknown as soon as one of them is. */
export function together(spends: readonly Spend[]): Spend {
  const sum = (of: (spend: Spend) => number): number => spends.reduce((total, spend) => total + of(spend), 0);
  const known = spends.every(({ usd }) => usd !== undefined);
  return {
    calls: sum(({ calls }) => calls),
    inputTokens: sum(({ inputTokens }) => inputTokens),
    outputTokens: sum(({ outputTokens }) => outputTokens),
    usd: known ? sum(({ usd }) => usd ?? 0) : undefined,
    pricedUsd: sum(({ pricedUsd }) => pricedUsd),
    unpriced: [...new Set(spends.flatMap(({ unpriced }) => unpriced))],
  };
}

/** Three digits after the point; `unknown` for an empty set. */
export function score(mean: number | undefined): string {
  return mean === undefined ? "unknown" : noMinusZero(mean.toFixed(3));
}

/** `0.812 ± 0.021`; without an error when n < 2. `signed` puts a plus before gains. */
export function scoreWithError({ mean, standardError }: Estimate, options: { readonly signed?: boolean } = {}): string {
  const shown = score(mean);
  const sign = options.signed === true && mean !== undefined && Number(shown) > 0 ? "+" : "";
  return `${sign}${shown}${standardError === undefined ? "" : ` ± ${standardError.toFixed(3)}`}`;
}

function noMinusZero(text: string): string {
  return /^-0\.0*$/.test(text) ? text.slice(1) : text;
}
