import type { ComponentId, Example, ExampleId, Row, Study } from "@cultivar/core";
import { agnes } from "ml-hclust";
import { modulePath } from "../demos/demo-components.ts";
import { wordDistance, wordVectors } from "./word-vectors.ts";

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
/** Characters of a sign. */
const longest = 240;

/**
 * Sorts failing rows into groups that went wrong alike, the largest group first: by the words of what was said of them
 * or, where nothing was, of what was expected and what came. `id` is the component under work: what was said of its own
 * module goes first. Average linkage on word vectors (Sokal and Michener, 1958); no model is called.
 */
export function triage(study: Study, id: ComponentId, failing: readonly Row[]): readonly FailureGroup[] {
  const examples = new Map(study.train.map((example) => [example.id, example]));
  const signs = failing.map((row) => signOf(modulePath(id), examples.get(row.id), row));
  if (failing.length === 0) return [];
  const vectors = wordVectors(signs);
  const distances = vectors.map((a) => vectors.map((b) => wordDistance(a, b)));
  return groupsOf(distances)
    .map((places) => typicalFirst(places, distances))
    .sort((a, b) => b.length - a.length || a[0]! - b[0]!)
    .map((places) => ({ ids: places.map((i) => failing[i]!.id), sign: signs[places[0]!]!.slice(0, longest) }));
}

function groupsOf(distances: readonly (readonly number[])[]): readonly (readonly number[])[] {
  if (distances.length === 1) return [[0]];
  const tree = agnes(
    distances.map((row) => [...row]),
    { method: "average", isDistanceMatrix: true },
  );
  const close = tree.cut(farthest);
  const groups = close.length <= mostGroups ? close : tree.group(Math.min(mostGroups, distances.length)).children;
  return groups.map((group) => (group.isLeaf ? [group.index] : group.indices()).toSorted((a, b) => a - b));
}

function typicalFirst(places: readonly number[], distances: readonly (readonly number[])[]): readonly number[] {
  const apart = (i: number): number => places.reduce((sum, j) => sum + distances[i]![j]!, 0);
  return places.toSorted((a, b) => apart(a) - apart(b) || a - b);
}

/** What tells a failure from others, in one line. */
function signOf(path: string, example: Example | undefined, row: Row): string {
  const said = row.byModule?.[path] ?? row.feedback;
  const { error, output } = row.trace ?? {};
  if (error !== undefined) return oneLine(`failed: ${error.message}`);
  if (said !== undefined) return oneLine(said);
  return oneLine(differences(example?.expected, output).join("; ") || "wrong");
}

/** The fields whose value is not the expected one. */
function differences(expected: unknown, output: unknown): readonly string[] {
  if (!isRecord(expected) || !isRecord(output)) {
    const same = expected === undefined || shown(expected) === shown(output);
    return same ? [] : [`expected ${shown(expected)}, got ${shown(output)}`];
  }
  return Object.entries(expected).flatMap(([name, value]) =>
    shown(value) === shown(output[name]) ? [] : [`${name}: expected ${shown(value)}, got ${shown(output[name])}`],
  );
}

function shown(value: unknown): string {
  return (typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing")).slice(0, 100);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
