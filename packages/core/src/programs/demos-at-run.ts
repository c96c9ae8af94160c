import { CultivarError } from "../ground/errors.ts";
import { canonicalJson } from "../ground/hash.ts";
import type { DemoRow, DemoSet } from "../values/demo.ts";
import type { Models } from "../values/language-model.ts";
import { embed } from "./embed.ts";

/** A demo set with what each call compares: the canonical JSON of every row's input. */
export interface ReadyDemos extends DemoSet {
  readonly inputs: readonly string[];
}

/** Reads a demo set once for many calls. */
export function readyDemos(set: DemoSet): ReadyDemos {
  return { ...set, inputs: set.rows.map(({ input }) => canonicalJson(input)) };
}

/** The input that demos are chosen for: as it was given, and as the signature reads it (trimmed, with defaults). */
export interface DemoQuery {
  readonly given: unknown;
  readonly read: unknown;
  /** The row under evaluation. */
  readonly exampleId?: string | undefined;
}

/**
 * The demos to show for one input. A demo never answers its own example (law 5): rows that came from the example under
 * evaluation, and rows with this very input, are left out. With `select` only the k nearest stay, nearest last, where
 * models weigh them most. Throws `config` errors when the embedder is not given or makes other vectors.
 */
export async function demosFor(
  set: ReadyDemos,
  query: DemoQuery,
  embedders: Models["embedders"],
): Promise<readonly DemoRow[]> {
  const own = canonicalJson(query.read);
  const given = canonicalJson(query.given);
  const { exampleId } = query;
  const allowed = set.rows
    .map((row, i) => ({ row, i }))
    .filter(({ row, i }) => {
      const known = set.inputs[i]!;
      return (row.source === undefined || row.source !== exampleId) && known !== own && known !== given;
    });
  if (set.select === undefined) return allowed.map(({ row }) => row);
  const { k, embedder: name, vectors } = set.select;
  const embedder = embedders?.[name];
  if (embedder === undefined) {
    throw new CultivarError(
      "config",
      `demos: this demo set selects by the embedder ${JSON.stringify(name)}; give it in models.embedders`,
    );
  }
  const [vector] = await embed(embedder, [own]);
  const length = vectors[0]?.length;
  if (length !== undefined && vector?.length !== length) {
    throw new CultivarError(
      "config",
      `demos: the embedder ${JSON.stringify(name)} makes vectors of ${vector?.length} numbers but the demo set holds ${length}; give the embedder that made them`,
    );
  }
  return allowed
    .map(({ row, i }) => ({ row, i, near: cosine(vectors[i]!, vector!) }))
    .sort((a, b) => b.near - a.near || a.i - b.i)
    .slice(0, k)
    .reverse()
    .map(({ row }) => row);
}

/** Cosine similarity of two vectors of equal length; 0 when either is all zeros. */
function cosine(a: readonly number[], b: readonly number[]): number {
  let dot = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    aa += a[i]! * a[i]!;
    bb += b[i]! * b[i]!;
  }
  return aa === 0 || bb === 0 ? 0 : dot / Math.sqrt(aa * bb);
}
