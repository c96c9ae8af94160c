import { canonicalJson } from "../ground/hash.ts";
import type { GenerateOptions, LanguageModel, Request, Response } from "../values/language-model.ts";
import type { Gateway } from "./gateway.ts";
import { asPayee } from "./gateway/vectors.ts";
import { asLmError, mayBeBilled, refuseAborted } from "./lm-error.ts";
import type { Meter, Ticket } from "./meter.ts";

/** A gateway that only meters: nothing is deduplicated, cached or journaled. What `evaluate` uses on its own. */
export function directGateway(meter: Meter, signal: AbortSignal | undefined): Gateway {
  const options = signal === undefined ? {} : { signal };
  return {
    generate: (lm, request) => generate(meter, signal, lm, request),
    async embed(embedder, texts) {
      const content = [{ type: "text" as const, text: canonicalJson(texts) }];
      const payee = asPayee(embedder);
      const request: Request = { messages: [{ role: "user", content }] };
      const ticket = meter.admit(payee, request) ?? (await meter.reserve(payee, request));
      try {
        stopIfAborted(ticket, payee, signal);
        const { vectors, usage } = await meter.wait(embedder.embed(texts, options), signal, payee.modelId);
        ticket.settle({ ...usage, outputTokens: usage?.outputTokens ?? 0 });
        return vectors;
      } catch (thrown) {
        throw failed(ticket, thrown, payee, signal);
      }
    },
    tool: (_address, run) => run(),
    wait: (work, where) => meter.wait(work, signal, where),
    logical: () => ({ calls: 0, inputTokens: 0, outputTokens: 0, listUsd: 0 }),
    answered: () => 0,
    reused: { journaled: 0, cached: 0 },
  };
}

async function generate(
  meter: Meter,
  signal: AbortSignal | undefined,
  lm: LanguageModel,
  request: Request,
): Promise<Response> {
  let ticket = meter.admit(lm, request) ?? (await meter.reserve(lm, request));
  const onRetry: GenerateOptions["onRetry"] = async ({ error }) => {
    ticket.fail(mayBeBilled(error));
    ticket = await meter.reserve(lm, request);
  };
  try {
    stopIfAborted(ticket, lm, signal);
    const generated = lm.generate(request, signal === undefined ? { onRetry } : { signal, onRetry });
    const response = await meter.wait(generated, signal, `${lm.provider}/${lm.modelId}`);
    ticket.settle(response.usage);
    return response;
  } catch (thrown) {
    throw failed(ticket, thrown, lm, signal);
  }
}

/** A wait for the meter may outlast the run: what was not sent is not counted. */
function stopIfAborted(ticket: Ticket, lm: LanguageModel, signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  ticket.cancel();
  refuseAborted(signal, `${lm.provider}/${lm.modelId}`);
}

function failed(ticket: Ticket, thrown: unknown, lm: LanguageModel, signal: AbortSignal | undefined): unknown {
  const error = asLmError(thrown, `${lm.provider}/${lm.modelId}`, signal);
  ticket.fail(mayBeBilled(error));
  return error;
}
