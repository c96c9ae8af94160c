import { CultivarError } from "../ground/errors.ts";
import { canonicalJson } from "../ground/hash.ts";
import type { DemoRow, DemoSet } from "../values/demo.ts";
import type { Models } from "../values/language-model.ts";
import { embed } from "./embed.ts";

/**
 * The demos to show for one input. A demo never answers its own example (law 5): rows that came from the example under
 * evaluation, and rows with this very input, are left out. With `select` only the k nearest stay, nearest last, where
 * models weigh them most.
 */
export async function demosFor(
  set: DemoSet,
  input: unknown,
  exampleId: string | undefined,
  models: Models | undefined,
): Promise<readonly DemoRow[]> {
  const own = canonicalJson(input);
  const allowed = set.rows
    .map((row) => row.source === undefined || row.source !== exampleId)
    .map((ok, i) => ok && canonicalJson(set.rows[i]!.input) !== own);
  if (set.select === undefined) return set.rows.filter((_, i) => allowed[i]);
  const { k, embedder: name, vectors } = set.select;
  const embedder = models?.embedders?.[name];
  if (embedder === undefined) {
    throw new CultivarError(
      "config",
      `demos: this demo set selects by the embedder ${JSON.stringify(name)}; give it in models.embedders`,
    );
  }
  const [vector] = await embed(embedder, [own]);
  return set.rows
    .map((row, i) => ({ row, i, near: allowed[i] === true ? cosine(vectors[i]!, vector!) : Number.NEGATIVE_INFINITY }))
    .filter(({ i }) => allowed[i])
    .sort((a, b) => b.near - a.near || a.i - b.i)
    .slice(0, k)
    .reverse()
    .map(({ row }) => row);
}

/** Cosine similarity of two vectors of equal length; 0 when either is all zeros. */
export function cosine(a: readonly number[], b: readonly number[]): number {
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
