import { CultivarError } from "../ground/errors.ts";
import { contentHash } from "../ground/hash.ts";

/** Made only by core, stable across runs: `answer.instructions`, `answer.demos`, `agent.tools.search.description`. */
export type ComponentId = string;

/** One point of the space: plain, frozen, complete, hashable, diffable. */
export type Candidate = Readonly<Record<ComponentId, string>>;

/** What one improvable part of a program is, and what its values may be. */
export interface ComponentSpec {
  /** What proposers should treat it as. `text` is free text, `demos` a demo set, `choice` one of `choices`. */
  readonly kind: "text" | "demos" | "choice";
  readonly initial: string;
  /** What the text is for, in words for proposers: "instructions of module answer". */
  readonly role: string;
  /** The allowed values, for `choice`. */
  readonly choices?: readonly string[];
  /** Says why a value is not allowed, or undefined when it is. */
  readonly reject?: (value: string) => string | undefined;
}

/** What may vary in a program. */
export type Space = Readonly<Record<ComponentId, ComponentSpec>>;

/** The candidate that holds every component's initial value. */
export function baselineOf(space: Space): Candidate {
  return Object.freeze(Object.fromEntries(Object.entries(space).map(([id, spec]) => [id, spec.initial])));
}

/** Content hash of a candidate, 16 hex digits. */
export function candidateHash(candidate: Candidate): string {
  return contentHash(candidate);
}

/**
 * Checks a candidate against a space and returns a frozen copy with its ids in the space's order.
 * Throws `candidate` errors that name the component: unknown, missing, not a string, not among its choices, rejected.
 */
export function checkCandidate(space: Space, candidate: Candidate, where: string): Candidate {
  const fail = (problem: string): never => {
    throw new CultivarError("candidate", `${where}: ${problem}`);
  };
  for (const id of Object.keys(candidate)) {
    if (!Object.hasOwn(space, id)) {
      fail(
        `the candidate has ${JSON.stringify(id)}, which is no component; the components are ${Object.keys(space).join(", ")}`,
      );
    }
  }
  const checked: Record<string, string> = {};
  for (const [id, spec] of Object.entries(space)) {
    const value: unknown = Object.hasOwn(candidate, id) ? candidate[id] : undefined;
    if (typeof value !== "string") {
      fail(
        `component ${id} must be a string, got ${value === undefined ? "nothing" : typeof value}; a candidate is complete`,
      );
    } else {
      if (spec.choices !== undefined && !spec.choices.includes(value)) {
        fail(`component ${id} is ${JSON.stringify(value)}, which is none of its choices: ${spec.choices.join(", ")}`);
      }
      const reason = spec.reject?.(value);
      if (reason !== undefined) fail(`component ${id} is not allowed: ${reason}`);
      checked[id] = value;
    }
  }
  return Object.freeze(checked);
}
