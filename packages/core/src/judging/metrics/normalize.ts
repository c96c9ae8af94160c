// Python's string.punctuation, and every Unicode punctuation mark (typographic quotes and dashes).
const punctuation = /[!-/:-@[-`{-~\p{P}]/gu;
// Python's \b sees Unicode letters and digits, JavaScript's does not: hence the lookarounds.
const article = /(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu;

/**
 * The normalisation of SQuAD's evaluation script: lower case, then no punctuation, then no English articles, then
 * single spaces. Two deviations, both for typographic variants: the text is first put into Unicode NFKC, and all
 * Unicode punctuation goes, not only ASCII's. Source: Rajpurkar et al. 2016, evaluate-v1.1.py, `normalize_answer`.
 */
export function normalizeAnswer(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(punctuation, "")
    .replace(article, " ")
    .replace(/\s+/gu, " ")
    .trim();
}

/** The words of a normalised text; empty for an empty text. */
export function answerTokens(text: string): readonly string[] {
  const normalized = normalizeAnswer(text);
  return normalized === "" ? [] : normalized.split(" ");
}
