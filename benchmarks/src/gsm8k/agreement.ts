import type { Verdicts } from "./graders.ts";

/** Solutions that only one of two graders takes for right. */
export interface Only {
  readonly count: number;
  /** The first 20 of them: the model, and the row's number in the file, from 1. */
  readonly solutions: readonly string[];
}

/** How far two graders agree over the same solutions. */
export interface Agreement {
  readonly first: string;
  readonly second: string;
  readonly n: number;
  /** Share of equal verdicts. */
  readonly agreement: number;
  /** Cohen's kappa, in [-1, 1]; undefined when chance alone would agree on everything. */
  readonly kappa: number | undefined;
  readonly onlyFirst: Only;
  readonly onlySecond: Only;
}

/**
 * Cohen's kappa of two lists of verdicts, 1 or 0, aligned: (observed - chance) / (1 - chance), chance from the shares of
 * each (Cohen, 1960).
 */
export function kappaOf(first: readonly number[], second: readonly number[]): number | undefined {
  const share = (verdicts: readonly number[]): number =>
    verdicts.reduce((sum, verdict) => sum + verdict, 0) / verdicts.length;
  const [p, q] = [share(first), share(second)];
  const observed = share(first.map((verdict, index) => (verdict === second[index] ? 1 : 0)));
  const chance = p * q + (1 - p) * (1 - q);
  return chance === 1 ? undefined : (observed - chance) / (1 - chance);
}

/** Each grader against each other one, by name, over all models' solutions. */
export function agreements(byGrader: Readonly<Record<string, Verdicts>>): readonly Agreement[] {
  const names = Object.keys(byGrader);
  return names.flatMap((first, index) =>
    names.slice(index + 1).map((second) => between(first, second, byGrader[first]!, byGrader[second]!)),
  );
}

function between(first: string, second: string, before: Verdicts, after: Verdicts): Agreement {
  const models = Object.keys(before);
  const a = models.flatMap((model) => before[model]!);
  const b = models.flatMap((model) => after[model]!);
  const only = (x: Verdicts, y: Verdicts): Only => {
    const solutions = models.flatMap((model) =>
      x[model]!.flatMap((verdict, row) => (verdict > y[model]![row]! ? [`${model} ${row + 1}`] : [])),
    );
    return { count: solutions.length, solutions: solutions.slice(0, 20) };
  };
  const [onlyFirst, onlySecond] = [only(before, after), only(after, before)];
  const agreement = 1 - (onlyFirst.count + onlySecond.count) / a.length;
  return { first, second, n: a.length, agreement, kappa: kappaOf(a, b), onlyFirst, onlySecond };
}
