import { CultivarError } from "../ground/errors.ts";
import { contentHash } from "../ground/hash.ts";
import type { Gateway } from "../programs/gateway.ts";
import type { Models, Request, Response } from "../values/language-model.ts";
import type { Role } from "./optimizer.ts";

/** The proposer calls of a run. */
export interface Proposers {
  /** Sample index `base` plus how many equal requests `seen` knows already; `made` is told the call's key. */
  generate(
    base: number,
    seen: Map<string, number>,
    made: (key: string) => void,
    role: Role,
    request: Request,
  ): Promise<Response>;
  /** Counts a call among the run's logical figures. */
  count(key: string): void;
  readonly keys: readonly string[];
  settled(): Promise<void>;
}

export function proposers({ models, gateway }: { models: Models | undefined; gateway: Gateway }): Proposers {
  const keys: string[] = [];
  const running = new Set<Promise<unknown>>();
  return {
    async generate(base, seen, made, role, request) {
      const lm = (role === "default" ? undefined : models?.[role]) ?? models?.default;
      if (lm === undefined)
        throw new CultivarError("config", `generate(${role}): no model is given; set models.${role} or models.default`);
      const key = contentHash([role, request]);
      const ordinal = seen.get(key) ?? 0;
      seen.set(key, ordinal + 1);
      const sample = base + ordinal;
      const call = gateway.generate(lm, sample === 0 ? request : { ...request, sample }, made);
      running.add(call);
      try {
        return await call;
      } finally {
        running.delete(call);
      }
    },
    count: (key) => void keys.push(key),
    keys,
    async settled() {
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}
