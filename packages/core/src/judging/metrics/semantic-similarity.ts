import { CultivarError } from "../../ground/errors.ts";
import { embed as coreEmbed } from "../../programs/embed.ts";
import type { Embedder } from "../../values/language-model.ts";
import type { Metric } from "../metric.ts";
import { metric } from "../metric.ts";
import type { ExpectedOptions, ExpectedRow, HasField } from "./field.ts";
import { asText, expectedOf, fieldOf, notText, show } from "./field.ts";

export interface SemanticSimilarityOptions<E> extends ExpectedOptions<E> {
  readonly embedder: Embedder;
  /**
   * With it the score is 1 at this similarity or above and 0 below; in (0, 1]. Which value is right depends on the
   * embedder.
   */
  readonly threshold?: number;
  /** How texts become vectors; default core's metered and cached `embed`. */
  readonly embed?: (embedder: Embedder, texts: readonly string[]) => Promise<readonly (readonly number[])[]>;
}

/**
 * How near the field's text is in meaning to the expected one: the cosine of their embeddings, negative ones taken as
 * 0, so in [0, 1]. When `expected` is a list, the nearest item counts. One embedding call per row; equal texts score
 * 1 without one.
 */
export function semanticSimilarity<K extends string, E = ExpectedRow>(
  field: K,
  options: SemanticSimilarityOptions<E>,
): Metric<E, HasField<K>> {
  const name = `semanticSimilarity(${field})`;
  const { embedder, threshold } = options;
  const embed = options.embed ?? coreEmbed;
  if (threshold !== undefined && !(threshold > 0 && threshold <= 1)) {
    throw new CultivarError("metric", `${name}: threshold must be above 0 and at most 1, got ${threshold}`);
  }
  return metric(
    async ({ example, output }) => {
      const expected = expectedOf(name, field, example, options);
      const accepted = (Array.isArray(expected) ? (expected as readonly unknown[]) : [expected]).map(asText);
      const actual = fieldOf(output, field);
      const missing = notText(field, actual);
      if (missing !== undefined)
        return { score: 0, feedback: `${missing}; a text that means ${show(expected)} is right` };
      const text = asText(actual);
      const similarity = accepted.includes(text) ? 1 : nearest(await embed(embedder, [text, ...accepted]), name);
      const score = threshold === undefined ? similarity : Number(similarity >= threshold);
      const limit = threshold === undefined ? "" : `, at least ${threshold} is needed`;
      const verdict = score === 1 ? "means the same as" : "differs in meaning from";
      return {
        score,
        feedback: `${field}: ${show(actual)} ${verdict} the expected ${show(expected)} (similarity ${similarity.toFixed(2)}${limit})`,
      };
    },
    { name, options: { ...options, embedder: [embedder.provider, embedder.modelId, embedder.endpoint] } },
  );
}

/** The highest similarity of the first vector to any other. */
function nearest([first, ...others]: readonly (readonly number[])[], where: string): number {
  return Math.max(0, ...others.map((other) => cosine(first ?? [], other, where)));
}

/**
 * Cosine of two vectors, at most 1; 0 when either has no length. Throws a `metric` error for vectors of different
 * dimensions or with members that are not finite.
 */
export function cosine(a: readonly number[], b: readonly number[], where = "cosine"): number {
  if (a.length !== b.length || a.length === 0) {
    throw new CultivarError(
      "metric",
      `${where}: expected two vectors of one dimension, got ${a.length} and ${b.length}; check the embedder`,
    );
  }
  let dot = 0;
  let squaresA = 0;
  let squaresB = 0;
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    squaresA += a[i]! ** 2;
    squaresB += b[i]! ** 2;
  }
  const lengths = Math.sqrt(squaresA) * Math.sqrt(squaresB);
  if (!Number.isFinite(dot) || !Number.isFinite(lengths)) {
    throw new CultivarError("metric", `${where}: a vector has members that are not finite; check the embedder`);
  }
  return lengths === 0 ? 0 : Math.min(1, dot / lengths);
}
