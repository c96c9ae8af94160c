/** What decides how well a student keeps to a rule that it knows. */
export interface Load {
  /** Characters of instructions and demos; the live input does not count. */
  readonly characters: number;
  /** Rules in play: stated or shown. */
  readonly rules: number;
}

/** Up to here length costs nothing: the boilerplate of any layout fits in. */
const freeCharacters = 2500;
/** Beyond the free ones, this many characters halve adherence. */
const halvingCharacters = 25_000;
/** This many rules at once halve adherence. */
const halvingRules = 80;

/**
 * Chance in [0, 1] that a known rule is followed: `attention` (the best case), falling smoothly with the length of the
 * prompt (to a half at 27,500 characters) and with the number of rules in play (to a half at 80).
 */
export function adherenceTo(attention: number, load: Load): number {
  const excess = Math.max(0, load.characters - freeCharacters) / halvingCharacters;
  return attention / ((1 + excess ** 1.5) * (1 + (load.rules / halvingRules) ** 2));
}
