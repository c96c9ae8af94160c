import type { Request, Response } from "../values/language-model.ts";
import type { Admitted } from "./admission.ts";
import type { Ask, Role, Row, Study } from "./optimizer.ts";
import type { SharedParts } from "./shared-parts.ts";
import { turns } from "./turns.ts";

/** The asks made outside of `inOrder`: each one is a step of the run, charged when asked and folded in that order. */
export interface SerialAsks {
  score(ask: Ask): Promise<readonly Row[]>;
  generate(role: Role, request: Request): Promise<Response>;
  embed: Study["embed"];
  /** Resolves once everything asked was taken into account. */
  settled(): Promise<void>;
}

export function serialAsks({ admission, steps, asked, found, talk, vectors }: SharedParts): SerialAsks {
  const order = turns();
  const seen = new Map<string, number>();
  /** Takes one ask's rows into account, at its place in the order. */
  const take = (ask: Ask, admitted: Admitted, step: number, at: number) => (outcome: PromiseSettledResult<Row[]>) => {
    if (outcome.status === "rejected") {
      const reason = asked.endingOf(outcome.reason);
      if (reason === undefined) throw outcome.reason;
      steps.endAt(reason, step);
    }
    if (outcome.status === "rejected" || steps.isVoid(step)) {
      admission.uncharge(admitted.fresh);
      return steps.refuse();
    }
    found.fold(ask, admitted, outcome.value, at);
    found.check(at);
    found.announce(ask, outcome.value);
    return outcome.value;
  };
  /** A call of a model that is the optimizer's own: a step of the run, whose physical end it may be. */
  const call = async <T>(where: string, make: () => Promise<T>): Promise<T> => {
    if (steps.ended() !== undefined) return steps.refuse();
    steps.requireSerial(where);
    const step = steps.next();
    const late = steps.late(step, false);
    if (late !== undefined) steps.endAt(late, step);
    else found.step(0, 1);
    if (steps.ended() !== undefined) return steps.refuse();
    return make().catch((error: unknown) => {
      const reason = asked.endingOf(error);
      if (reason === undefined) throw error;
      steps.endAt(reason, step);
      return steps.refuse();
    });
  };
  return {
    async score(ask) {
      if (steps.ended() !== undefined) return steps.refuse();
      steps.requireSerial(`evaluate(${ask.split})`);
      const admitted = admission.inspect(ask, (key) => !admission.charged.has(key));
      found.remarkCopies(admitted);
      const step = steps.next();
      const late = steps.late(step, asked.needsWork(admitted));
      if (late !== undefined) steps.endAt(late, step);
      else if (!admission.fits(admitted.fresh.length)) steps.end("evaluations");
      else found.step(admitted.fresh.length, 0);
      if (steps.ended() !== undefined) return steps.refuse();
      admission.charge(admitted.fresh, 0);
      return order.inTurn(asked.get(ask, admitted), take(ask, admitted, step, admission.charged.size));
    },
    generate: (role, request) =>
      call(`generate(${role})`, () => talk.generate(role, request, { base: 0, seen, made: talk.count })),
    embed: (embedder, texts) => call(`embed(${embedder})`, () => vectors.embed(embedder, texts)),
    settled: order.settled,
  };
}
