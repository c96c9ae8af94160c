import { isCultivarError, messageOf } from "../../ground/errors.ts";
import type { LanguageModel, Request, Usage } from "../../values/language-model.ts";
import { mayBeBilled, refuseAborted } from "../lm-error.ts";
import type { Meter, Ticket } from "../meter.ts";
import type { CallRecord } from "./call-record.ts";

/** What every paid call goes through: the meter, the journal and the run's signal. */
export interface Till {
  readonly meter: Meter;
  readonly append: (record: CallRecord) => Promise<void>;
  readonly signal: AbortSignal | undefined;
}

/** The attempts at one call, one after another: each is reserved and has an intent, and a result or a fault. */
export interface Attempts {
  begin(): Promise<void>;
  settle(usage: Usage): void;
  /** Writes the fault of an attempt that was sent; also called when one was not, or was settled already. */
  fail(error: unknown): Promise<void>;
}

/** Opens the attempts at the call `key`; nothing is reserved or written before `begin`. */
export function openAttempts(
  { meter, append, signal }: Till,
  key: string,
  lm: LanguageModel,
  request: Request,
): Attempts {
  const model = `${lm.provider}/${lm.modelId}`;
  let ticket: Ticket | undefined;
  let sent = false;
  return {
    async begin() {
      ticket = meter.admit(lm, request) ?? (await meter.reserve(lm, request));
      refuseAborted(signal, model);
      const { tokens, usd } = ticket.worst;
      await append({
        type: "intent",
        key,
        model,
        ...(usd !== undefined && { worstUsd: usd }),
        ...(tokens > 0 && { worstTokens: tokens }),
      });
      sent = true;
    },
    settle(usage) {
      ticket?.settle(usage);
      sent = false;
    },
    async fail(error) {
      const billed = mayBeBilled(error);
      if (sent) ticket?.fail(billed);
      else ticket?.cancel();
      // A failed write is the journal's own trouble: nothing more can be written.
      if (!sent || isCultivarError(error, "storage")) return;
      sent = false;
      const code = isCultivarError(error) ? error.code : "transport";
      await append({ type: "fault", key, code, message: messageOf(error), ...(billed && { billed }) });
    },
  };
}
