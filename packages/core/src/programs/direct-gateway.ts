import { canonicalJson } from "../ground/hash.ts";
import type { Gateway } from "./gateway.ts";
import { asPayee, createLedger } from "./gateway.ts";
import { asLmError, mayBeBilled, refuseAborted } from "./lm-error.ts";
import type { Meter } from "./meter.ts";

/** A gateway that only meters: nothing is deduplicated, cached or journaled. What `evaluate` uses on its own. */
export function directGateway(meter: Meter, signal: AbortSignal | undefined): Gateway {
  const ledger = createLedger();
  const options = signal === undefined ? {} : { signal };
  return {
    async generate(lm, request) {
      const model = `${lm.provider}/${lm.modelId}`;
      let ticket = await meter.reserve(lm, request);
      try {
        if (signal?.aborted === true) ticket.cancel();
        refuseAborted(signal, model);
        const response = await lm.generate(request, {
          ...options,
          onRetry: async ({ error }) => {
            ticket.fail(mayBeBilled(error));
            ticket = await meter.reserve(lm, request);
          },
        });
        ticket.settle(response.usage);
        return response;
      } catch (thrown) {
        const error = asLmError(thrown, model, signal);
        ticket.fail(mayBeBilled(error));
        throw error;
      }
    },
    async embed(embedder, texts) {
      const content = [{ type: "text" as const, text: canonicalJson(texts) }];
      const ticket = await meter.reserve(asPayee(embedder), { messages: [{ role: "user", content }] });
      try {
        const { vectors, usage } = await embedder.embed(texts, options);
        ticket.settle({ ...usage, outputTokens: usage?.outputTokens ?? 0 });
        return vectors;
      } catch (thrown) {
        const error = asLmError(thrown, `${embedder.provider}/${embedder.modelId}`, signal);
        ticket.fail(mayBeBilled(error));
        throw error;
      }
    },
    tool: (_address, run) => run(),
    logical: (keys) => ledger.total(keys),
    answered: () => ledger.size(),
    reused: { journaled: 0, cached: 0 },
  };
}
