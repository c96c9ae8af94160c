import type { Usage } from "../../values/language-model.ts";

/** Calls as the result of a run counts them: distinct requests with their tokens at list price, cached or paid. */
export interface LogicalCalls {
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Undefined when a price or a usage is unknown. */
  readonly listUsd: number | undefined;
}

/** What each distinct call used, by its key. */
export interface CallLedger {
  add(key: string, usage: Usage, usd: number | undefined): void;
  total(keys: Iterable<string>): LogicalCalls;
  size(): number;
}

/** An empty ledger. */
export function createLedger(): CallLedger {
  const calls = new Map<string, { readonly usage: Usage; readonly usd: number | undefined }>();
  return {
    add: (key, usage, usd) => void calls.set(key, { usage, usd }),
    size: () => calls.size,
    total(keys) {
      const counted = new Set<string>();
      let inputTokens = 0;
      let outputTokens = 0;
      let listUsd: number | undefined = 0;
      for (const key of keys) {
        const call = calls.get(key);
        if (call === undefined || counted.has(key)) continue;
        counted.add(key);
        inputTokens += call.usage.inputTokens ?? 0;
        outputTokens += call.usage.outputTokens ?? 0;
        listUsd = listUsd === undefined || call.usd === undefined ? undefined : listUsd + call.usd;
      }
      return { calls: counted.size, inputTokens, outputTokens, listUsd };
    },
  };
}
