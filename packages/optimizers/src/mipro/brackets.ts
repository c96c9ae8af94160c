/** What is known of a trial that may be scored on more rows. */
export interface Standing {
  /** Rows that it was scored on, the first so many of the run's order. */
  readonly asked: number;
  /** Its mean over the first `rows` rows. */
  mean(rows: number): number;
  /** Whether it may still turn out to be the best. */
  readonly open: boolean;
}

/** Numbers of rows, and one trial in how many goes on from each to the next. */
export interface Ladder {
  readonly levels: readonly number[];
  readonly factor: number;
}

/** Trials that are compared with each other alone. */
export interface Bracket {
  /** Place of the first of them; all later trials belong to it. */
  readonly from: number;
  /** How many points begin it; 0 when nothing could. */
  readonly size: number;
  /** Whether the best one goes on to all of val however few began, as long as it may still be the best of all. */
  readonly climbs: boolean;
}

/** How many of `size` trials reach each level. */
function countsOf(size: number, climbs: boolean, { levels, factor }: Ladder): readonly number[] {
  return levels.map((_, i) => Math.max(climbs ? 1 : 0, Math.floor(size / factor ** i)));
}

/** Rows that a bracket takes at most. */
export function rowsOfBracket({ size, climbs }: Omit<Bracket, "from">, ladder: Ladder): number {
  if (size === 0) return 0;
  const { levels } = ladder;
  return countsOf(size, climbs, ladder).reduce((sum, count, i) => sum + count * (levels[i]! - (levels[i - 1] ?? 0)), 0);
}

/** Points of a bracket at most: with a large budget, samplers learn from who got far before the next ones begin. */
const mostPoints = 32;

/** How many points a bracket begins with at least: a single one would have nobody to be chosen from. */
function leastSize({ levels, factor }: Ladder): number {
  return levels.length > 1 ? factor : 1;
}

/** Rows without which no bracket begins, other than the last points of a space. */
export function leastRows(ladder: Ladder): number {
  return rowsOfBracket({ size: leastSize(ladder), climbs: false }, ladder);
}

/** Rows of one step at most. */
export function longestStep({ size, climbs }: Omit<Bracket, "from">, ladder: Ladder): number {
  const { levels } = ladder;
  return countsOf(size, climbs, ladder).reduce(
    (most, count, i) => (count === 0 ? most : Math.max(most, levels[i]! - (levels[i - 1] ?? 0))),
    0,
  );
}

/** What there is for the next bracket. */
export interface Means {
  /** Trials so far. */
  readonly trials: number;
  /** Rows that it may take. */
  readonly rows: number;
  /** Points that were not tried. */
  readonly points: number;
}

/**
 * The largest bracket that these rows pay for, of 32 points at most (of `factor`, where that is more). The first one of a
 * run is small and climbs, if that leaves half of the rows: then something is scored on all of val early, and a task that
 * any text solves ends at once. The last points of a space climb too, if the rows pay for it: nothing else is left to take
 * them.
 */
export function nextBracket({ trials, rows, points }: Means, ladder: Ladder): Bracket {
  const least = Math.min(points, leastSize(ladder));
  const opening = { from: trials, size: least, climbs: true };
  if (trials === 1 && rowsOfBracket(opening, ladder) <= rows / 2) return opening;
  const most = Math.min(points, Math.max(mostPoints, leastSize(ladder)));
  let size = 0;
  while (size < most && rowsOfBracket({ size: size + 1, climbs: false }, ladder) <= rows) size++;
  if (size < least) size = 0;
  const climbs = size > 0 && size === points && rowsOfBracket({ size, climbs: true }, ladder) <= rows;
  return { from: trials, size, climbs };
}

/**
 * A bracket that was interrupted with `begun` points, which took `spent` rows so far: with as many of its further points as
 * `rows` more pay for; undefined where they don't pay for those that are there.
 */
export function shrunk(
  bracket: Bracket,
  { begun, spent, rows }: { readonly begun: number; readonly spent: number; readonly rows: number },
  ladder: Ladder,
): Bracket | undefined {
  const { climbs } = bracket;
  for (let { size } = bracket; size >= Math.max(1, begun); size--)
    if (rowsOfBracket({ size, climbs }, ladder) - spent <= rows) return { ...bracket, size };
  return undefined;
}

/** What a bracket goes on with. */
export interface Ascent {
  /** Places of the trials that go up to their next level, the highest level first. */
  readonly up: readonly number[];
  /** Whether nobody goes up any more, now or later. */
  readonly isOver: boolean;
}

/**
 * Who goes up in a bracket whose points are all there: of those that stay at a level the best ones by their means on its
 * rows, earlier ones of equals, once all of them are there.
 */
export function ascent({ from, climbs }: Bracket, trials: readonly Standing[], ladder: Ladder): Ascent {
  const { levels } = ladder;
  let staying = trials.map((_, place) => place).slice(from);
  const counts = countsOf(staying.length, climbs, ladder);
  const up: number[] = [];
  for (const [i, level] of levels.slice(0, -1).entries()) {
    if (staying.some((place) => trials[place]!.asked < level)) return { up, isOver: false };
    const means = new Map(staying.map((place) => [place, trials[place]!.mean(level)]));
    staying = staying
      .toSorted((a, b) => means.get(b)! - means.get(a)! || a - b)
      .slice(0, counts[i + 1])
      .filter((place) => trials[place]!.asked > level || trials[place]!.open);
    up.unshift(...staying.filter((place) => trials[place]!.asked === level));
  }
  return { up, isOver: up.length === 0 };
}
