import { contentHash } from "../ground/hash.ts";
import { asMetric } from "../judging/metric.ts";
import { modelsOf } from "../programs/bind.ts";
import type { AnyModule } from "../programs/module.ts";
import { definition } from "../programs/module.ts";
import type { ExampleRow } from "../values/example.ts";
import type { Embedder, LanguageModel, Models } from "../values/language-model.ts";
import { oneStandardError } from "./gate.ts";
import type { TargetOptions } from "./target.ts";

/** Hashes of everything a result depends on, by name, and the hash of them all (16 hex digits). */
export interface Fingerprint {
  readonly hash: string;
  readonly inputs: Readonly<Record<string, string>>;
}

/** A target whose types no longer matter. */
export type AnyTarget = TargetOptions<ExampleRow, never> & { readonly models?: Models };

/** Who answers. Never a key: adapters may hold one. */
function payeeIdentity({ provider, modelId, endpoint }: LanguageModel | Embedder): readonly unknown[] {
  return [provider, modelId, endpoint];
}

function modelIdentity(lm: LanguageModel): unknown {
  return [...payeeIdentity(lm), lm.capabilities];
}

/**
 * Budget, concurrency, timeouts and signal are not in it: they change how far a run gets, never where it goes. Without
 * `target.fingerprint` the sources of the program's and the metric's functions stand for the code, which misses what
 * they call.
 */
export function fingerprintOf(module: AnyModule, target: AnyTarget): Fingerprint {
  const models = modelsOf(target);
  const metric = asMetric(target.metric);
  const parts: Record<string, unknown> = {
    ...codeParts(target.fingerprint ?? [metric.score.toString(), module[definition].source]),
    program: module[definition].fingerprint,
    metric: [metric.range, metric.name, ...(metric.options === undefined ? [] : [withSources(metric.options)])],
    "data.train": target.data.train,
    "data.val": target.data.val,
    "data.test": target.data.test,
    optimizer: [target.optimizer.name, target.optimizer.options],
    models: models && [models.default, models.reflect, models.judge].map((lm) => lm && modelIdentity(lm)),
    "models.choices": models?.choices && Object.entries(models.choices).map(([name, lm]) => [name, modelIdentity(lm)]),
    embedders: models?.embedders && Object.entries(models.embedders).map(([name, of]) => [name, payeeIdentity(of)]),
    seed: target.seed ?? 0,
    search: [
      target.vary,
      (target.gate ?? oneStandardError).name,
      target.targetScore,
      target.patience,
      target.data.overlap,
    ],
  };
  const inputs = Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, contentHash(part ?? null)]));
  return { hash: contentHash(inputs), inputs };
}

/** The code as one part, or as one part per file, so that what changed can be named. */
function codeParts(code: unknown): Readonly<Record<string, unknown>> {
  if (typeof code !== "object" || code === null || Array.isArray(code)) return { code };
  const files = Object.entries(code).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(files.map(([file, hash]) => [`code/${file}`, hash]));
}

/** A value with the source of each function in its place. */
function withSources(value: unknown): unknown {
  const text = JSON.stringify(value, (_name, member: unknown) =>
    typeof member === "function" ? member.toString() : member,
  );
  return text === undefined ? null : JSON.parse(text);
}

/** The parts that differ, by name: `data.train`, `code/src/program.ts`. */
export function changedInputs(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): readonly string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => before[name] !== after[name])
    .sort();
}
