import { CultivarError } from "../ground/errors.ts";
import { contentHash } from "../ground/hash.ts";
import type { Gateway } from "../programs/gateway.ts";
import type { Models, Request, Response } from "../values/language-model.ts";
import { inFlight } from "./in-flight.ts";
import type { Role } from "./optimizer.ts";

/** How calls from one place (the run itself, or one chain) are told apart and counted. */
export interface Caller {
  /** The first sample index of a request. */
  readonly base: number;
  /** How many equal requests this place made already; counted up by each call. */
  readonly seen: Map<string, number>;
  /** Told the key of the call as it is made. */
  readonly made: (key: string) => void;
}

/** The proposer calls of a run. */
export interface Proposers {
  /** Sample index `base` plus how many equal requests `seen` knows already. */
  generate(role: Role, request: Request, caller: Caller): Promise<Response>;
  /** Counts a call among the run's logical figures. */
  count(key: string): void;
  readonly keys: readonly string[];
  settled(): Promise<void>;
}

export function proposers({ models, gateway }: { models: Models | undefined; gateway: Gateway }): Proposers {
  const keys: string[] = [];
  const { track, settled } = inFlight();
  return {
    async generate(role, request, { base, seen, made }) {
      const lm = (role === "default" ? undefined : models?.[role]) ?? models?.default;
      if (lm === undefined)
        throw new CultivarError("config", `generate(${role}): no model is given; set models.${role} or models.default`);
      const key = contentHash([role, request]);
      const ordinal = seen.get(key) ?? 0;
      seen.set(key, ordinal + 1);
      const sample = base + ordinal;
      return track(gateway.generate(lm, sample === 0 ? request : { ...request, sample }, made));
    },
    count: (key) => void keys.push(key),
    keys,
    settled,
  };
}
