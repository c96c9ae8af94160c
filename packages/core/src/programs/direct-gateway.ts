import { canonicalJson } from "../ground/hash.ts";
import type { Gateway } from "./gateway.ts";
import { asPayee, createLedger } from "./gateway.ts";
import type { Meter } from "./meter.ts";

/** A gateway that only meters: nothing is deduplicated, cached or journaled. What `evaluate` uses on its own. */
export function directGateway(meter: Meter, signal: AbortSignal | undefined): Gateway {
  const ledger = createLedger();
  const options = signal === undefined ? {} : { signal };
  return {
    async generate(lm, request) {
      let ticket = await meter.reserve(lm, request);
      try {
        const response = await lm.generate(request, {
          ...options,
          onRetry: async () => {
            ticket.fail(false);
            ticket = await meter.reserve(lm, request);
          },
        });
        ticket.settle(response.usage);
        return response;
      } catch (error) {
        ticket.fail(false);
        throw error;
      }
    },
    async embed(embedder, texts) {
      const content = [{ type: "text" as const, text: canonicalJson(texts) }];
      const ticket = await meter.reserve(asPayee(embedder), { messages: [{ role: "user", content }] });
      try {
        const { vectors, usage } = await embedder.embed(texts, options);
        ticket.settle({ ...usage, outputTokens: 0 });
        return vectors;
      } catch (error) {
        ticket.fail(false);
        throw error;
      }
    },
    tool: (_address, run) => run(),
    logical: (keys) => ledger.total(keys),
    answered: () => ledger.size(),
    reused: { journaled: 0, cached: 0 },
  };
}
