import type { Response, Usage } from "../../values/language-model.ts";

/**
 * What the gateway writes. An `intent` is a call about to be paid for: one without a result is an orphan after a crash.
 * Each attempt has its own intent, and a `fault` when it failed.
 */
export type CallRecord =
  | {
      readonly type: "intent";
      readonly key: string;
      readonly model: string;
      readonly worstUsd?: number;
      /** Given where a budget of tokens or dollars measures requests. */
      readonly worstTokens?: number;
    }
  | {
      readonly type: "reply";
      readonly key: string;
      readonly response: Response;
      readonly usd?: number;
      readonly cached?: true;
      readonly elapsedMs: number;
    }
  | {
      readonly type: "fault";
      readonly key: string;
      readonly code: string;
      readonly message: string;
      /** The provider may have charged for it: it counts at the worst case of its intent. */
      readonly billed?: true;
    }
  | {
      readonly type: "vectors";
      readonly key: string;
      readonly vectors: readonly (readonly number[])[];
      readonly usage?: Usage;
      readonly usd?: number;
    }
  | { readonly type: "tool"; readonly address: string; readonly output?: unknown; readonly error?: string };
