import type { ComponentId } from "@cultivar/core";
import type { Member } from "./pool.ts";

/** Chooses which texts of a parent to rewrite. `texts` is never empty, and neither is the choice. */
export interface ComponentRule {
  readonly name: string;
  choose(parent: Member, texts: readonly ComponentId[]): readonly ComponentId[];
}

/** One after the other, each line of descent taking its own turns. */
export const roundRobin: ComponentRule = {
  name: "roundRobin",
  choose: ({ turn }, texts) => [texts[turn % texts.length]!],
};

/** All of them, each by a call of its own. */
export const everyText: ComponentRule = { name: "everyText", choose: (_parent, texts) => texts };
