/** What decides how well a student keeps to a rule that it knows. */
export interface Load {
  /** Characters of instructions and demos; the live input does not count. */
  readonly characters: number;
  /** Rules in play: stated or shown. */
  readonly rules: number;
}

/** How a student's attention falls with its prompt. */
export interface Attention {
  /** Up to here length costs nothing: the boilerplate of any layout fits in. */
  readonly freeCharacters: number;
  /** Beyond the free ones, this many characters halve adherence. */
  readonly halvingCharacters: number;
  /** This many rules at once halve adherence. */
  readonly halvingRules: number;
  /** What only describes the layout costs nothing ({@link layoutLine}): for worlds where few characters matter. */
  readonly ignoresLayout?: boolean;
}

/** A line or sentence that says how to write and not what: as frameworks do, each in its own words. */
export const layoutLine: RegExp =
  /\bfields?\b|\bjson\b|\bschema\b|\bformat(?:ted|ting)?\b|\bstructured?\b|\bshape:|\bmaterial to work on\b|\bexamples? (?:above|demonstrations)\b|\bspecific entities\b|\bturns are examples\b|\babove rules\b|^real user query:|^[ \t]*(?:-|\d+\.) `?\w+`? \([^)]*\):|^[ \t]*"\w+":|^[ \t]*(?:[{}"<].*[{}">]|[{}]|-{3,}),?[ \t]*$/i;

/** The attention of a student where the world does not say otherwise. */
export const usualAttention: Attention = { freeCharacters: 2500, halvingCharacters: 25_000, halvingRules: 80 };

/**
 * Chance in [0, 1] that a known rule is followed: `best` (in a short prompt), falling smoothly with the length of the
 * prompt (usually to a half at 27,500 characters) and with the number of rules in play (usually to a half at 80).
 */
export function adherenceTo(best: number, load: Load, attention: Attention = usualAttention): number {
  const excess = Math.max(0, load.characters - attention.freeCharacters) / attention.halvingCharacters;
  return best / ((1 + excess ** 1.5) * (1 + (load.rules / attention.halvingRules) ** 2));
}
