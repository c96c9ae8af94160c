import type { Candidate, ComponentId, Space } from "../values/component.ts";
import { decodeDemos } from "../values/demo.ts";
import type { LineageEntry } from "./result.ts";

/**
 * What a candidate knows that the baseline did not, in plain sentences: each line of text that was added, with the step
 * that first had it; lines that went; demos and choices as they are now. In the order of the space.
 */
export function learned(space: Space, lineage: readonly LineageEntry[], candidate: Candidate): readonly string[] {
  const baseline = lineage[0]!.candidate;
  const line = ancestry(lineage, candidate);
  return Object.entries(space).flatMap(([id, { kind }]) => {
    const [before, after] = [baseline[id]!, candidate[id]!];
    if (before === after) return [];
    if (kind === "text") return ofText(id, before, after, line);
    const origin = sourceOf(line, (one) => one[id] === after);
    if (kind === "choice") return [`${id}: ${before} -> ${after}${origin}`];
    return [`${id}: ${demosIn(after)} demos in place of ${demosIn(before)}${origin}`];
  });
}

function demosIn(value: string): string {
  const { rows, select } = decodeDemos(value);
  return select === undefined ? String(rows.length) : `the ${select.k} nearest of ${rows.length}`;
}

function ofText(id: ComponentId, before: string, after: string, line: readonly LineageEntry[]): readonly string[] {
  const [had, has] = [linesOf(before), linesOf(after)];
  const added = [...has].filter((one) => !had.has(one));
  const gone = [...had].filter((one) => !has.has(one));
  return [
    ...added.map((one) => `${id}: ${one}${sourceOf(line, (candidate) => linesOf(candidate[id]!).has(one))}`),
    ...gone.map((one) => `${id}: no longer says: ${one}`),
  ];
}

function linesOf(text: string): ReadonlySet<string> {
  return new Set(
    text
      .split("\n")
      .map((one) => one.trim())
      .filter((one) => one !== ""),
  );
}

/** The first step on the way that had it. */
function sourceOf(line: readonly LineageEntry[], has: (candidate: Candidate) => boolean): string {
  const found = line.find((entry) => has(entry.candidate));
  return found === undefined ? "" : ` (${found.why}, after ${found.at} evaluations)`;
}

/** The candidate and all that it descends from, the oldest first. */
function ancestry(lineage: readonly LineageEntry[], candidate: Candidate): readonly LineageEntry[] {
  const byHash = new Map(lineage.map((entry) => [entry.hash, entry]));
  const same = (one: Candidate): boolean => Object.keys(one).every((id) => one[id] === candidate[id]);
  const open = lineage.filter((entry) => same(entry.candidate)).map(({ hash }) => hash);
  const found = new Set<string>();
  for (let hash = open.pop(); hash !== undefined; hash = open.pop()) {
    if (found.has(hash)) continue;
    found.add(hash);
    open.push(...(byHash.get(hash)?.parents ?? []));
  }
  return lineage.filter(({ hash }) => found.has(hash));
}
