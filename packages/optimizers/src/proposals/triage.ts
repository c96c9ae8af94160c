import type { ComponentId, ExampleId, Row, Study } from "@cultivar/core";
import { agnes } from "ml-hclust";
import { signsOf } from "./signs.ts";
import type { Weighing } from "./word-vectors.ts";
import { rarity, vectorsOf, wordDistance } from "./word-vectors.ts";

/** Failures that are alike. */
export interface FailureGroup {
  /** Of train rows, the most typical one first. */
  readonly ids: readonly ExampleId[];
  /** What is said of the most typical one, in a line. */
  readonly sign: string;
}

/** Groups at most, and how far apart (1 minus the cosine of words) the members of one may be on average. */
const mostGroups = 8;
const farthest = 0.7;

/** A word that one failure alone has likens it to none; with its full weight it would set apart what is said in two ways. */
const likeness: Weighing = (holders, texts) => (holders === 1 ? rarity(texts, texts) : rarity(holders, texts));

/**
 * Sorts failing train rows into up to 8 groups that went wrong alike, the largest group first, by the words of their
 * signs; of equals, the one whose typical row comes first. `id` is the component under work. No model is called; time
 * grows with the cube of the rows, some 0.2 s for 200. Source: average linkage (Sokal and Michener, 1958).
 */
export function triage(study: Study, id: ComponentId, failing: readonly Row[]): readonly FailureGroup[] {
  if (failing.length === 0) return [];
  const signs = signsOf(study, id, failing);
  const vectors = vectorsOf(
    signs.map(({ words }) => words),
    likeness,
  );
  const distances = vectors.map((a) => vectors.map((b) => wordDistance(a, b)));
  return groupsOf(distances)
    .map((places) => typicalFirst(places, distances))
    .toSorted((a, b) => b.length - a.length || a[0]! - b[0]!)
    .map((places) => ({ ids: places.map((i) => failing[i]!.id), sign: signs[places[0]!]!.line }));
}

function groupsOf(distances: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const tree = agnes(
    distances.map((row) => [...row]),
    { method: "average", isDistanceMatrix: true },
  );
  const close = tree.cut(farthest);
  const groups = close.length <= mostGroups ? close : tree.group(mostGroups).children;
  return groups.map((group) => group.indices());
}

/** Nearest to all others first; of equals, the one that comes first. */
function typicalFirst(places: readonly number[], distances: readonly (readonly number[])[]): readonly number[] {
  const apart = (i: number): number => places.reduce((sum, j) => sum + distances[i]![j]!, 0);
  return places.toSorted((a, b) => apart(a) - apart(b) || a - b);
}
