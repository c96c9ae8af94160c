import type { Candidate, ComponentId, Space } from "@cultivar/core";
import { noDemos } from "@cultivar/core";

/** The demo components of a space, in its order. */
export function demoComponents(space: Space): readonly ComponentId[] {
  return Object.keys(space).filter((id) => space[id]!.kind === "demos");
}

/** The path of the module that a demo component belongs to, as spans name it: `answer.demos` is of `answer`. */
export function modulePath(id: ComponentId): string {
  return id.slice(0, Math.max(0, id.lastIndexOf(".")));
}

/** `candidate` without any demos. */
export function withoutDemos(space: Space, candidate: Candidate): Candidate {
  return { ...candidate, ...Object.fromEntries(demoComponents(space).map((id) => [id, noDemos])) };
}
