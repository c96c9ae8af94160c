/** Limits of a run. `evaluations` is logical; the others are physical and cover every call by anyone. Undefined: no limit. */
export interface Budget {
  readonly evaluations?: number;
  readonly calls?: number;
  /** Input plus output tokens. */
  readonly tokens?: number;
  readonly usd?: number;
  /** Nothing begins after these; what is in flight then has a tenth more of them, within 1 and 30 s. */
  readonly seconds?: number;
}

export type PhysicalLimit = "calls" | "tokens" | "usd" | "seconds";

/** What was spent so far. `usd` is undefined while a call of unknown price is in it; `pricedUsd` is the known part. */
export interface Spend {
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly usd: number | undefined;
  readonly pricedUsd: number;
  /** Models whose price is unknown, `provider/modelId`. */
  readonly unpriced: readonly string[];
}

/** What an earlier process of the run spent. */
export interface EarlierSpend {
  readonly calls: number;
  readonly tokens: number;
  readonly inputTokens: number;
  readonly usd: number;
  /** Models of unknown price among them. */
  readonly unpriced?: readonly string[];
}
