import type { Candidate, ComponentId, Rng, Space } from "@cultivar/core";
import { CultivarError } from "@cultivar/core";

/** Instructions to choose among, by component id; a component's own value is always among them. */
export type InstructionChoices = Readonly<Record<ComponentId, readonly string[]>>;

/** Throws a `config` error for an id that is no text component of the space. */
export function checkInstructions(space: Space, instructions: InstructionChoices): void {
  for (const id of Object.keys(instructions)) {
    if (Object.hasOwn(space, id) && space[id]!.kind === "text") continue;
    const texts = Object.keys(space).filter((known) => space[known]!.kind === "text");
    throw new CultivarError(
      "config",
      `randomSearch: instructions names ${JSON.stringify(id)}, which is no text component; those are ${texts.join(", ")}`,
    );
  }
}

/**
 * `base` with each given instruction and each choice of the space drawn uniformly among its distinct values. Draws in
 * the order of the space, so that the order in which options are written does not matter.
 */
export function drawChoices(space: Space, base: Candidate, instructions: InstructionChoices, rng: Rng): Candidate {
  const drawn: Record<ComponentId, string> = {};
  for (const [id, spec] of Object.entries(space)) {
    const given = Object.hasOwn(instructions, id) ? instructions[id]! : [];
    const values = spec.kind === "choice" ? (spec.choices ?? []) : given;
    if (values.length > 0) drawn[id] = rng.pick([...new Set([base[id]!, ...values])]);
  }
  return { ...base, ...drawn };
}

/** A size from 1 to `most`, uniformly; 0 when `most` is 0. */
export function drawSize(most: number, rng: Rng): number {
  return most === 0 ? 0 : 1 + rng.int(most);
}
