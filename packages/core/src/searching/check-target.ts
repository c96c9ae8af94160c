import { CultivarError } from "../ground/errors.ts";
import type { Budget } from "../programs/meter.ts";
import type { AnyModule } from "../programs/module.ts";
import { definition } from "../programs/module.ts";
import type { AnyTarget } from "./fingerprint.ts";

const limits: readonly (keyof Budget)[] = ["evaluations", "calls", "tokens", "usd", "seconds"];

/** Every key of a target; the type keeps the list whole. */
const targetKeys = Object.keys({
  metric: 0,
  data: 0,
  optimizer: 0,
  models: 0,
  budget: 0,
  seed: 0,
  vary: 0,
  gate: 0,
  targetScore: 0,
  patience: 0,
  concurrency: 0,
  name: 0,
  run: 0,
  fingerprint: 0,
  journal: 0,
  cache: 0,
  signal: 0,
  clock: 0,
} satisfies Record<keyof AnyTarget, 0>);

/** A misspelt option would otherwise be none, and the run would not be the one that was asked for. */
function refuseUnknown(name: string, target: AnyTarget): void {
  const unknown = Object.entries(target).find(([key, value]) => value !== undefined && !targetKeys.includes(key))?.[0];
  if (unknown === undefined) return;
  const [nearest, edits] = targetKeys
    .map((key) => [key, editsBetween(unknown.toLowerCase(), key.toLowerCase())] as const)
    .reduce((best, next) => (next[1] < best[1] ? next : best));
  // Swapped letters are two edits.
  const meant = edits <= Math.max(2, nearest.length / 3) ? `; did you mean ${nearest}?` : ".";
  throw new CultivarError(
    "config",
    `${name}: ${JSON.stringify(unknown)} is no option of a target${meant} The options are ${targetKeys.join(", ")}`,
  );
}

/** Letters to put in, take out or change (Levenshtein) to make one word of the other. */
function editsBetween(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++)
      row.push(Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    above = row;
  }
  return above[b.length]!;
}

/** What a wrong value is, in a few words. */
function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  return typeof value === "number" || typeof value === "string" || value === null
    ? JSON.stringify(Number.isNaN(value) ? "NaN" : value)
    : typeof value;
}

/** Checks everything about a target that types can't, or that a config in plain JavaScript may get wrong. Throws `config` errors. */
export function checkTarget(program: AnyModule, target: AnyTarget): void {
  const named = target.name === undefined || (typeof target.name === "string" && target.name !== "");
  const name = named ? (target.name ?? program.name) : program.name;
  const must = (holds: boolean, expected: string, got: unknown, hint = ""): void => {
    if (!holds) throw new CultivarError("config", `${name}: ${expected}, got ${shown(got)}${hint}`);
  };
  refuseUnknown(name, target);
  must(named, "name must be a text that is not empty", target.name, "; leave it out to take the program's");
  const { seed, targetScore, patience, concurrency, vary, fingerprint } = target;
  const { data, metric, optimizer, gate } = target as Partial<AnyTarget>;
  checkLimits(name, target.budget);
  must(isRecord(data), "data must be { train, val?, test? }", data);
  must(
    isFunction(metric) || isFunction((metric as { readonly score?: unknown } | undefined)?.score),
    "metric must be a function or metric(fn, options)",
    metric,
  );
  must(isFunction(optimizer?.run), "optimizer must be an optimizer, say randomSearch()", optimizer);
  must(gate === undefined || isFunction(gate.passes), "gate must be a gate, say significant(0.05)", gate);
  must(seed === undefined || Number.isInteger(seed), "seed must be a whole number", seed);
  must(targetScore === undefined || Number.isFinite(targetScore), "targetScore must be a number", targetScore);
  must(patience === undefined || isWhole(patience), "patience must be a whole number of at least 1", patience);
  must(
    concurrency === undefined || isWhole(concurrency),
    "concurrency must be a whole number of at least 1",
    concurrency,
  );
  must(
    fingerprint === undefined || isCode(fingerprint),
    "fingerprint must be a text that changes with the code, or { <file>: <hash> } with at least one file",
    fingerprint,
  );
  must(vary === undefined || isRecord(vary), "vary must be { <component>: true, false or [values] }", vary);
  checkModels(program, target, must);
}

type Must = (holds: boolean, expected: string, got: unknown, hint?: string) => void;

function checkModels(program: AnyModule, { models }: AnyTarget, must: Must): void {
  if (models === undefined) {
    must(program[definition].maxCalls === 0, "models must be given", models, "; set models: { default: <model> }");
    return;
  }
  must(isRecord(models), "models must be { default, reflect?, judge?, choices? }", models);
  const { default: main, reflect, judge, choices } = models;
  const named = { default: main, ...(reflect && { reflect }), ...(judge && { judge }) };
  const chosen = Object.entries(choices ?? {}).map(([key, lm]) => [`choices.${key}`, lm] as const);
  for (const [key, lm] of [...Object.entries(named), ...chosen]) {
    const given: unknown = (lm as Partial<typeof lm> | undefined)?.generate;
    must(
      isFunction(given),
      `models.${key} must be a language model`,
      lm,
      '; make one with an adapter, say openai("...")',
    );
  }
}

function checkLimits(name: string, budget: Budget): void {
  const fail = (problem: string): never => {
    throw new CultivarError("config", `${name}: ${problem}`);
  };
  const advice = `budget must set at least one of ${limits.join(", ")}; say budget: { evaluations: 400 }`;
  if (!isRecord(budget)) fail(advice);
  for (const [key, value] of Object.entries(budget)) {
    if (!limits.includes(key as keyof Budget)) fail(`budget.${key} is no limit; the limits are ${limits.join(", ")}`);
    if (value !== undefined && !(typeof value === "number" && value > 0))
      fail(`budget.${key} must be a number above 0, got ${shown(value)}`);
  }
  if (limits.every((limit) => budget[limit] === undefined)) fail(advice);
}

/** The baseline must fit. */
export function checkBudget(name: string, budget: Budget, valRows: number): void {
  if (budget.evaluations === undefined || budget.evaluations >= valRows) return;
  throw new CultivarError(
    "config",
    `${name}: budget.evaluations is ${budget.evaluations} but the baseline alone needs one pass over val, ${valRows}; raise it or pass fewer val rows`,
  );
}

function isRecord(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** No text and no file at all would stand for every code. */
function isCode(value: unknown): boolean {
  if (!isRecord(value)) return typeof value === "string" && value !== "";
  const hashes: readonly unknown[] = Object.values(value);
  return hashes.length > 0 && hashes.every((hash) => typeof hash === "string");
}

function isFunction(value: unknown): boolean {
  return typeof value === "function";
}

function isWhole(value: number): boolean {
  return Number.isInteger(value) && value >= 1;
}
