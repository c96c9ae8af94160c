import { CultivarError } from "../ground/errors.ts";
import { canonicalJson } from "../ground/hash.ts";
import { parseJsonSafely } from "../ground/json.ts";

/** One demo: a module's input and output as JSON values. */
export interface DemoRow {
  readonly input: Readonly<Record<string, unknown>>;
  readonly output: Readonly<Record<string, unknown>>;
  /** Id of the train row it came from: it never answers that row. */
  readonly source?: string;
  /** True when taken from a trace, false or absent when from a label. */
  readonly augmented?: boolean;
}

/** Shows only the `k` rows nearest to the input; `vectors` are the rows' own, made by the embedder of that name. */
export interface DemoSelect {
  readonly k: number;
  readonly by: "nearest";
  readonly embedder: string;
  /** One vector per row. */
  readonly vectors: readonly (readonly number[])[];
}

/** The value of a demo component. */
export interface DemoSet {
  readonly rows: readonly DemoRow[];
  readonly select?: DemoSelect;
}

/** The one encoding of demo sets as component values: canonical JSON. */
export function encodeDemos(set: DemoSet): string {
  return canonicalJson(set);
}

export const noDemos: string = encodeDemos({ rows: [] });

/** Reads a demo component's value. Throws a `candidate` error that says what is wrong with it. */
export function decodeDemos(value: string): DemoSet {
  const reason = rejectDemos(value);
  if (reason !== undefined) throw new CultivarError("candidate", `demos: ${reason}`);
  return JSON.parse(value) as DemoSet;
}

/** Why a text is no demo set, or undefined when it is one. */
export function rejectDemos(value: string): string | undefined {
  let set: Partial<DemoSet> | null;
  try {
    set = parseJsonSafely(value) as Partial<DemoSet> | null;
  } catch (error) {
    return `expected a demo set as JSON, got ${(error as Error).message}`;
  }
  if (typeof set !== "object" || set === null || !Array.isArray(set.rows)) return `expected { "rows": [...] }`;
  const bad = set.rows.findIndex((row: DemoRow | null) => !isRecord(row?.input) || !isRecord(row?.output));
  if (bad !== -1) return `row ${bad} must be { input, output } with objects in both`;
  if (set.select === undefined) return undefined;
  if (!isRecord(set.select)) return `select must be an object, got ${JSON.stringify(set.select)}`;
  const { k, by, embedder, vectors } = set.select;
  if (by !== "nearest" || typeof embedder !== "string" || !Number.isInteger(k) || k < 0) {
    return `select must be { k, by: "nearest", embedder, vectors } with k a whole number`;
  }
  if (!Array.isArray(vectors) || vectors.length !== set.rows.length)
    return `select.vectors must hold one vector per row`;
  const uneven = vectors.findIndex(
    (vector: unknown) =>
      !Array.isArray(vector) || vector.length !== vectors[0]!.length || !vector.every((x) => typeof x === "number"),
  );
  return uneven === -1 ? undefined : `select.vectors[${uneven}] must be a list of numbers, as long as the others`;
}

function isRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
