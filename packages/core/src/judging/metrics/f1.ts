import type { Metric, ScoreResult } from "../metric.ts";
import { metric } from "../metric.ts";
import type { ExpectedOptions, ExpectedRow, HasField } from "./field.ts";
import { asText, expectedOf, fieldOf, show } from "./field.ts";
import { answerTokens, normalizeAnswer } from "./normalize.ts";

/** Precision, recall and F1 of two bags, with what is missing from the prediction and what is too much in it. */
interface Overlap {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly missing: readonly string[];
  readonly extra: readonly string[];
}

/**
 * Overlap of two bags of tokens, as SQuAD 2.0's `compute_f1` has it: when either bag is empty the F1 is 1 if both are,
 * else 0 (SQuAD 1.1 gives 0 for two empty ones).
 */
function overlap(expected: readonly string[], predicted: readonly string[]): Overlap {
  const left = new Map<string, number>();
  for (const token of expected) left.set(token, (left.get(token) ?? 0) + 1);
  const extra: string[] = [];
  for (const token of predicted) {
    const count = left.get(token) ?? 0;
    if (count === 0) extra.push(token);
    else left.set(token, count - 1);
  }
  const missing = [...left].flatMap(([token, count]) => Array.from({ length: count }, () => token));
  if (expected.length === 0 || predicted.length === 0) {
    const same = expected.length === predicted.length ? 1 : 0;
    return { precision: same, recall: same, f1: same, missing, extra };
  }
  const common = predicted.length - extra.length;
  const precision = common / predicted.length;
  const recall = common / expected.length;
  // 2 * precision * recall / (precision + recall), without 0 / 0
  return { precision, recall, f1: (2 * common) / (predicted.length + expected.length), missing, extra };
}

/** SQuAD's F1 of two texts, in [0, 1]: the overlap of their normalised words. */
export function tokenF1(expected: string, predicted: string): number {
  return overlap(answerTokens(expected), answerTokens(predicted)).f1;
}

/**
 * F1 in [0, 1]. A text is compared with the expected text word by word after SQuAD's normalisation, and with the
 * nearest one when `expected` is a list. A field that is itself a list is compared with the expected list item by
 * item, in any order. Feedback names the words or items that are missing or too much.
 */
export function f1<K extends string, E = ExpectedRow>(
  field: K,
  options: ExpectedOptions<E> = {},
): Metric<E, HasField<K>> {
  const name = `f1(${field})`;
  return metric(
    ({ example, output }): ScoreResult => {
      const expected = expectedOf(name, field, example, options);
      const actual = fieldOf(output, field);
      if (Array.isArray(actual)) {
        const items = (value: unknown): string[] =>
          (Array.isArray(value) ? value : [value]).map((item) => normalizeAnswer(asText(item)));
        return report(field, "items", expected, actual, overlap(items(expected), items(actual)));
      }
      const accepted: readonly unknown[] = Array.isArray(expected) ? expected : [expected];
      const predicted = answerTokens(asText(actual));
      const scored = accepted.map((value) => ({ value, found: overlap(answerTokens(asText(value)), predicted) }));
      const best = scored.reduce((a, b) => (b.found.f1 > a.found.f1 ? b : a), scored[0] ?? nothing);
      return report(field, "words", best.value, actual, best.found);
    },
    { name, options },
  );
}

const nothing: { readonly value: unknown; readonly found: Overlap } = {
  value: [],
  found: { precision: 0, recall: 0, f1: 0, missing: [], extra: [] },
};

function report(field: string, noun: string, expected: unknown, actual: unknown, found: Overlap): ScoreResult {
  if (found.f1 === 1) return { score: 1, feedback: `${field}: correct (${show(actual)})` };
  const parts = [`${field}: expected ${show(expected)}, got ${show(actual)}`];
  if (found.missing.length > 0) parts.push(`missing ${noun}: ${found.missing.join(", ")}`);
  if (found.extra.length > 0) parts.push(`${noun} too many: ${found.extra.join(", ")}`);
  return { score: found.f1, feedback: parts.join("; ") };
}
