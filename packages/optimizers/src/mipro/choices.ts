import type { Candidate, ComponentId, Space, Study } from "@cultivar/core";
import { decodeDemos } from "@cultivar/core";
import { modulePath } from "../demos/demo-components.ts";
import { wordDistance, wordVectors } from "../proposals/word-vectors.ts";
import type { Axis, Point } from "../samplers/sampler.ts";

/** The values to choose among, by component in the order of the space; the baseline's own value is the first of each. */
export type Choices = ReadonlyMap<ComponentId, readonly string[]>;

/** What may be chosen before anything is proposed: the baseline, and what the space itself lists. */
export function firstChoices(space: Space, baseline: Candidate): Choices {
  return new Map(
    Object.entries(space).map(([id, { choices = [] }]) => [id, [...new Set([baseline[id]!, ...choices])]] as const),
  );
}

/** `choices` with new values at the end of their components' lists; points of before stay what they were. */
export function withValues(choices: Choices, values: ReadonlyMap<ComponentId, readonly string[]>): Choices {
  return new Map([...choices].map(([id, known]) => [id, [...new Set([...known, ...(values.get(id) ?? [])])]] as const));
}

/** The candidate at a point: a value for each component, in the order of `choices`. */
export function candidateAt(choices: Choices, point: Point): Candidate {
  return Object.fromEntries([...choices].map(([id, values], i) => [id, values[point[i]!]!]));
}

/** How texts are told apart: the distance of any two of a list, in [0, 1]. */
export type TextDistances = (texts: readonly string[]) => (a: number, b: number) => number;

/** By their words. */
export const byWords: TextDistances = (texts) => {
  const vectors = wordVectors(texts);
  return (a, b) => wordDistance(vectors[a]!, vectors[b]!);
};

/** By the vectors of an embedder that the target gives: 1 minus their cosine, halved. One call for all texts to choose among. */
export async function byVectors(study: Study, embedder: string, choices: Choices): Promise<TextDistances> {
  const texts = [...new Set([...choices].flatMap(([id, values]) => (study.space[id]!.kind === "text" ? values : [])))];
  const vectors = texts.length === 0 ? [] : await study.embed(embedder, texts);
  const of = new Map(texts.map((text, i) => [text, unit(vectors[i]!)]));
  return (values) => (a, b) => {
    const [one, other] = [of.get(values[a]!)!, of.get(values[b]!)!];
    return Math.max(0, (1 - one.reduce((sum, x, i) => sum + x * other[i]!, 0)) / 2);
  };
}

function unit(vector: readonly number[]): readonly number[] {
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((x) => x / length);
}

/**
 * The axes of a search among `choices`. Texts are as far apart as `texts` says, relative to the farthest two; demo sets
 * as few demos as they share (1 minus Jaccard's index); other values are equal or not.
 */
export function axesOf(space: Space, choices: Choices, texts: TextDistances = byWords): readonly Axis[] {
  return [...choices].map(([id, values]) => {
    const { kind } = space[id]!;
    const axis = { name: id, group: modulePath(id), size: values.length };
    if (kind === "choice" || values.length < 2) return axis;
    const between = kind === "text" ? texts(values) : sharedDemos(values);
    return { ...axis, distance: relative(values.length, between) };
  });
}

function sharedDemos(values: readonly string[]): (a: number, b: number) => number {
  const sets = values.map(
    (value) => new Set(decodeDemos(value).rows.map(({ source, ...row }) => source ?? JSON.stringify(row))),
  );
  return (a, b) => {
    const [one, other] = [sets[a]!, sets[b]!];
    const shared = [...one].filter((demo) => other.has(demo)).length;
    const all = one.size + other.size - shared;
    return all === 0 ? 0 : 1 - shared / all;
  };
}

/**
 * The roots of all distances, computed once, as shares of the largest. 1 minus a cosine and 1 minus Jaccard's index are
 * squares of Euclidean distances: a kernel over their roots is positive definite (Schoenberg, 1938; Gower and Legendre, 1986).
 */
function relative(size: number, between: (a: number, b: number) => number): (a: number, b: number) => number {
  const table = new Float64Array(size * size);
  for (let a = 0; a < size; a++)
    for (let b = 0; b < a; b++) table[a * size + b] = table[b * size + a] = Math.sqrt(between(a, b));
  const most = table.reduce((max, one) => Math.max(max, one), 0);
  return most === 0 ? (a, b) => (a === b ? 0 : 1) : (a, b) => table[a * size + b]! / most;
}
