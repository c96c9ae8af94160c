import { CultivarError, messageOf } from "../ground/errors.ts";
import { canonicalJson, contentHash } from "../ground/hash.ts";
import { parseJsonSafely } from "../ground/json.ts";
import { optionalSpaceOf, spaceOf } from "../programs/bind.ts";
import type { Budget } from "../programs/meter.ts";
import type { AnyModule, ModuleDefinition, Sketch } from "../programs/module.ts";
import { definition } from "../programs/module.ts";
import type { Candidate } from "../values/component.ts";
import { version } from "../version.ts";
import type { AnyTarget, Fingerprint } from "./fingerprint.ts";
import { changedInputs } from "./fingerprint.ts";
import type { Artifact, ArtifactScores } from "./read-artifact.ts";
import { readArtifact } from "./read-artifact.ts";
import type { CompileResult, Comparison, EndReason } from "./result.ts";

export type { Artifact, ArtifactScores } from "./read-artifact.ts";

/** Makes the artifact of a result. */
export function artifactFrom(program: AnyModule, target: unknown, result: CompileResult): Artifact {
  const { optimizer, budget, models } = target as AnyTarget;
  const all = [models?.default, models?.reflect, models?.judge, ...Object.values(models?.choices ?? {})];
  const names = all.filter((lm) => lm !== undefined).map((lm) => `${lm.provider}/${lm.modelId}`);
  const body = {
    cultivar: version,
    target: result.target,
    improved: result.improved,
    candidate: result.candidate,
    signatures: signaturesOf(program),
    val: scoresOf(result.val),
    ...(result.test !== undefined && { test: scoresOf(result.test) }),
    ...(result.incomplete !== undefined && {
      incomplete: { reason: result.incomplete.reason, rows: result.incomplete.rows.length },
    }),
    end: result.end,
    evaluations: result.evaluations,
    calls: result.logical,
    optimizer: optimizer.name,
    models: [...new Set(names)],
    seed: result.seed,
    budget: JSON.parse(canonicalJson(budget)) as Budget,
    fingerprint: result.fingerprint,
    inputs: result.inputs,
  };
  const plain = JSON.parse(JSON.stringify(body)) as Omit<Artifact, "contentHash">;
  return { ...plain, contentHash: contentHash(plain) };
}

function scoresOf({ baseline, best, difference }: Comparison): ArtifactScores {
  return { baseline, best, difference };
}

/** Hashes of the declared fields of every module that has a signature, by path. */
function signaturesOf(program: AnyModule): Artifact["signatures"] {
  const own: ModuleDefinition = program[definition];
  const signatures: Record<string, Record<string, string>> = {};
  const visit = (sketch: Sketch, path: string): void => {
    if (sketch.inputs !== undefined) {
      const fields = [
        ...sketch.inputs.map((field) => [`input.${field.name}`, contentHash(field)]),
        ...(sketch.outputs ?? []).map((field) => [`output.${field.name}`, contentHash(field)]),
      ];
      signatures[path] = Object.fromEntries(fields) as Record<string, string>;
    }
    for (const [key, child] of Object.entries(sketch.children)) visit(child, path === "" ? key : `${path}.${key}`);
  };
  visit(own.sketch, own.rootPrefix === "" ? "" : own.rootPrefix.slice(0, -1));
  return signatures;
}

/**
 * The file's text: stable key order, long texts as arrays of lines and demo sets as JSON, so that a diff shows what was
 * learned; a vector takes one line.
 */
export function printArtifact(artifact: Artifact): string {
  const candidate = Object.fromEntries(Object.entries(artifact.candidate).map(([id, value]) => [id, printed(value)]));
  const text = JSON.stringify({ ...artifact, candidate }, undefined, 2);
  // No text in JSON holds a line break of its own: nothing but whole lists of numbers is drawn together.
  return `${text.replaceAll(numberLists, (list) => list.replaceAll(/\s+/g, ""))}\n`;
}

const numberLists = /\[\n\s+(?:-?\d[\d.eE+-]*,?\s+)+\]/g;

/** Several lines become an array, a demo set becomes JSON. `readArtifact` undoes either. */
function printed(value: string): string | { lines: readonly string[] } | { json: unknown } {
  const json = value.startsWith('{"rows":') ? canonical(value) : undefined;
  if (json !== undefined) return { json };
  return value.includes("\n") ? { lines: value.split("\n") } : value;
}

/** The value behind a text that is canonical JSON and can be read back; undefined for any other text. */
function canonical(text: string): unknown {
  try {
    const value = parseJsonSafely(text);
    return canonicalJson(value) === text ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Reads an artifact's text. Throws `artifact` errors that name the file and what is wrong with it. */
export function parseArtifact(text: string, where: string): Artifact {
  let raw: unknown;
  try {
    raw = parseJsonSafely(text);
  } catch (error) {
    throw new CultivarError(
      "artifact",
      `${where}: not valid JSON (${messageOf(error)}); restore it from version control, or compile again`,
      { cause: error },
    );
  }
  return readArtifact(raw, where);
}

/** True when nobody edited the artifact since it was written. */
export function isIntact(artifact: Artifact): boolean {
  const { contentHash: stated, ...body } = artifact;
  return contentHash(body) === stated;
}

/**
 * The candidate of an artifact, for `with({ lm, candidate })`. Takes the parsed JSON as an app imports it. Throws
 * `artifact` errors: no artifact, made for another signature (with the field named), or of other components.
 */
export function load(program: AnyModule, artifact: unknown): Candidate {
  const { target, signatures, candidate } = readArtifact(artifact, `artifact for ${program.name}`);
  const fail = (problem: string): never => {
    throw new CultivarError("artifact", `artifact for ${target}: ${problem}; compile again`);
  };
  const now = signaturesOf(program);
  for (const path of changedInputs(asHashes(signatures), asHashes(now))) {
    const [before, after] = [signatures[path], now[path]];
    if (after === undefined || before === undefined)
      return fail(
        `module ${path} is ${after === undefined ? "gone from" : "new in"} the program since it was compiled`,
      );
    const fields = changedInputs(before, after).map((field) => {
      const how = after[field] === undefined ? "is gone" : before[field] === undefined ? "is new" : "has changed";
      return `${field} ${how}`;
    });
    fail(
      `the signature of ${path} has changed since it was compiled: ${fields.join(", ") || "the order of its fields"}`,
    );
  }
  const space = spaceOf(program);
  const allowed = { ...optionalSpaceOf(program, undefined), ...space };
  for (const id of Object.keys(space)) if (!Object.hasOwn(candidate, id)) fail(`component ${id} is missing`);
  for (const id of Object.keys(candidate))
    if (!Object.hasOwn(allowed, id)) fail(`${JSON.stringify(id)} is no component of the program`);
  return candidate;
}

function asHashes(signatures: Artifact["signatures"]): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(signatures).map(([path, fields]) => [path, JSON.stringify(fields)]));
}

/** Whether compiling again would change anything, and why. */
export interface Freshness {
  readonly upToDate: boolean;
  /** Names of the inputs that changed. */
  readonly changed: readonly string[];
  readonly why?: string;
}

const budgetEnds: readonly EndReason[] = ["evaluations", "calls", "tokens", "usd", "seconds", "aborted"];

function whyIncomplete({ reason, rows }: NonNullable<Artifact["incomplete"]>): string {
  const why =
    reason === "aborted"
      ? "it was aborted"
      : reason === "outage"
        ? "the world failed on them"
        : `budget.${reason} ended it; raise it`;
  return `the test report is incomplete: ${rows} row${rows === 1 ? "" : "s"} not scored, ${why}`;
}

/**
 * Compares an artifact with what it would be built from now. A run that its budget ended goes on when that was raised;
 * one whose test report was cut short always does.
 */
export function isUpToDate(artifact: Artifact, fingerprint: Fingerprint, budget: Budget): Freshness {
  const changed = changedInputs(artifact.inputs, fingerprint.inputs);
  if (changed.length > 0) return { upToDate: false, changed, why: `changed since: ${changed.join(", ")}` };
  if (!isIntact(artifact)) return { upToDate: false, changed, why: "the artifact was edited by hand" };
  if (artifact.incomplete !== undefined) return { upToDate: false, changed, why: whyIncomplete(artifact.incomplete) };
  if (budgetEnds.includes(artifact.end)) {
    const ending = artifact.end === "aborted" ? undefined : (artifact.end as keyof Budget);
    if (ending === undefined) return { upToDate: false, changed, why: "the run was aborted" };
    if ((budget[ending] ?? Number.POSITIVE_INFINITY) > (artifact.budget[ending] ?? 0))
      return { upToDate: false, changed, why: `budget.${ending} was raised` };
  }
  return { upToDate: true, changed };
}
