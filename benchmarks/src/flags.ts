/** So many whole numbers, the first of them `from`. */
function range(from: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => from + i);
}

/** Reads `3`, `1,2,5` and `100..119`. Throws for anything else. */
export function parseSeeds(text: string): readonly number[] {
  const seeds = text.split(",").flatMap((part) => {
    const ends = /^(-?\d+)(?:\.\.(-?\d+))?$/.exec(part.trim());
    const from = Number(ends?.[1]);
    const to = Number(ends?.[2] ?? ends?.[1]);
    return ends === null || to < from ? [Number.NaN] : range(from, to - from + 1);
  });
  if (seeds.every(Number.isSafeInteger)) return [...new Set(seeds)];
  throw new Error(`--seeds: expected whole numbers such as 3, 1,2,5 or 100..119, got ${JSON.stringify(text)}`);
}

/** Reads a list of shares in [0, 1], each once: what counts twice would look surer than it is. Throws for anything else. */
export function parseShares(text: string): readonly number[] {
  const shares = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  // + 0: there is no -0 %
  if (shares.every((share) => share >= 0 && share <= 1)) return [...new Set(shares.map((share) => share + 0))];
  throw new Error(`--noise: expected shares in [0, 1] such as 0,0.1, got ${JSON.stringify(text)}`);
}

/** Reads a whole number from `least`. Throws for anything else. */
export function parseWhole(flag: string, text: string, least = 1): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isSafeInteger(value) && value >= least) return value;
  throw new Error(`--${flag}: expected a whole number from ${least}, got ${JSON.stringify(text)}`);
}

/** Reads a list of names, each once. Throws when one is not among `known`. */
export function parseNames(flag: string, text: string, known: readonly string[]): readonly string[] {
  const names = text.split(",").map((part) => part.trim());
  const stranger = names.find((name) => !known.includes(name));
  if (stranger === undefined) return [...new Set(names)];
  throw new Error(`--${flag}: expected some of ${known.join(", ")}, got ${JSON.stringify(stranger)}`);
}
