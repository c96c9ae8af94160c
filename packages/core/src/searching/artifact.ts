import { CultivarError, messageOf } from "../ground/errors.ts";
import { canonicalJson, contentHash } from "../ground/hash.ts";
import { parseJsonSafely } from "../ground/json.ts";
import type { Estimate } from "../ground/stats.ts";
import { spaceOf } from "../programs/bind.ts";
import type { LogicalCalls } from "../programs/gateway.ts";
import type { Budget } from "../programs/meter.ts";
import type { AnyModule, ModuleDefinition, Sketch } from "../programs/module.ts";
import { definition } from "../programs/module.ts";
import type { Candidate } from "../values/component.ts";
import { version } from "../version.ts";
import type { AnyTarget, Fingerprint } from "./fingerprint.ts";
import { changedInputs } from "./fingerprint.ts";
import type { CompileResult, Comparison, EndReason } from "./result.ts";

/** One comparison as an artifact keeps it. */
export interface ArtifactScores {
  readonly baseline: Estimate;
  readonly best: Estimate;
  readonly difference: Estimate;
}

/**
 * The result of a run, to be checked in: `<target>.cultivar.json`. Holds logical figures only, so that the same inputs
 * give the same bytes; what was paid belongs to the run's report.
 */
export interface Artifact {
  readonly cultivar: string;
  readonly target: string;
  readonly improved: boolean;
  readonly candidate: Candidate;
  /** Hash of each module's signature, by path: what `load` checks. */
  readonly signatures: Readonly<Record<string, string>>;
  readonly val: ArtifactScores;
  readonly test?: ArtifactScores;
  readonly end: EndReason;
  readonly evaluations: number;
  readonly calls: LogicalCalls;
  readonly optimizer: string;
  readonly models: readonly string[];
  readonly seed: number;
  readonly budget: Budget;
  readonly fingerprint: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** Hash of everything above: an artifact edited by hand is noticed. */
  readonly contentHash: string;
}

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
    end: result.end,
    evaluations: result.evaluations,
    calls: result.logical,
    optimizer: optimizer.name,
    models: [...new Set(names)],
    seed: result.seed,
    budget,
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
function signaturesOf(program: AnyModule): Readonly<Record<string, string>> {
  const own: ModuleDefinition = program[definition];
  const hashes: Record<string, string> = {};
  const visit = (sketch: Sketch, path: string): void => {
    if (sketch.inputs !== undefined) hashes[path] = contentHash([sketch.inputs, sketch.outputs ?? []]);
    for (const [key, child] of Object.entries(sketch.children)) visit(child, path === "" ? key : `${path}.${key}`);
  };
  visit(own.sketch, own.rootPrefix === "" ? "" : own.rootPrefix.slice(0, -1));
  return hashes;
}

/** The file's text: stable key order, long texts and demo sets as arrays of lines, so that a diff shows what was learned. */
export function printArtifact(artifact: Artifact): string {
  const candidate = Object.fromEntries(Object.entries(artifact.candidate).map(([id, value]) => [id, printed(value)]));
  return `${JSON.stringify({ ...artifact, candidate }, undefined, 2)}\n`;
}

/** Several lines become an array; a demo set becomes one line per row. `joined` undoes either. */
function printed(value: string): string | { lines: readonly string[] } | { json: unknown } {
  if (value.startsWith('{"rows":') && canonicalJson(JSON.parse(value)) === value)
    return { json: JSON.parse(value) as unknown };
  return value.includes("\n") ? { lines: value.split("\n") } : value;
}

function joined(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return undefined;
  if ("lines" in value && Array.isArray(value.lines) && value.lines.every((line) => typeof line === "string"))
    return value.lines.join("\n");
  return "json" in value ? canonicalJson(value.json) : undefined;
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

/** Checks an imported artifact (an app imports the JSON) and gives it its plain form. */
export function readArtifact(raw: unknown, where: string): Artifact {
  const fail = (problem: string): never => {
    throw new CultivarError("artifact", `${where}: ${problem}; restore it from version control, or compile again`);
  };
  if (typeof raw !== "object" || raw === null || Array.isArray(raw))
    return fail(`expected an artifact object, got ${raw === null ? "null" : typeof raw}`);
  const record = raw as Record<string, unknown>;
  for (const field of ["cultivar", "target", "fingerprint", "contentHash"])
    if (typeof record[field] !== "string") fail(`field ${field} must be a string, got ${typeof record[field]}`);
  for (const field of ["candidate", "signatures", "inputs", "val"])
    if (typeof record[field] !== "object" || record[field] === null)
      fail(`field ${field} must be an object, got ${typeof record[field]}`);
  const candidate: Record<string, string> = {};
  for (const [id, value] of Object.entries(record["candidate"] as object)) {
    const text = joined(value);
    if (text === undefined) fail(`component ${id} must be a string, { lines } or { json }`);
    else candidate[id] = text;
  }
  return { ...(record as unknown as Artifact), candidate: Object.freeze(candidate) };
}

/** True when nobody edited the artifact since it was written. */
export function isIntact(artifact: Artifact): boolean {
  const { contentHash: stated, ...body } = artifact;
  return contentHash(body) === stated;
}

/**
 * The candidate of an artifact, for `with({ lm, candidate })`. Takes the parsed JSON as an app imports it. Throws
 * `artifact` errors: no artifact, or made for another signature, with the module named.
 */
export function load(program: AnyModule, artifact: unknown): Candidate {
  const read = readArtifact(artifact, `artifact for ${program.name}`);
  const now = signaturesOf(program);
  for (const path of changedInputs(read.signatures, now)) {
    const what =
      now[path] === undefined
        ? "is gone from the program"
        : read.signatures[path] === undefined
          ? "is new in the program"
          : "has other fields now";
    throw new CultivarError(
      "artifact",
      `artifact for ${read.target}: it was compiled for another program: the signature of ${path} ${what} (fields: ${fieldsAt(program, path)}); compile again`,
    );
  }
  const space = spaceOf(program);
  for (const id of Object.keys(space)) {
    if (read.candidate[id] === undefined)
      throw new CultivarError("artifact", `artifact for ${read.target}: component ${id} is missing; compile again`);
  }
  return read.candidate;
}

function fieldsAt(program: AnyModule, path: string): string {
  const own: ModuleDefinition = program[definition];
  const relative = path.startsWith(own.rootPrefix) || own.rootPrefix === "" ? path : "";
  let sketch: Sketch | undefined = own.sketch;
  if (own.rootPrefix === "") for (const key of relative.split(".")) sketch = sketch?.children[key];
  const names = (list: Sketch["inputs"]): string => (list ?? []).map(({ name }) => name).join(", ");
  return sketch === undefined ? "none" : `${names(sketch.inputs)} -> ${names(sketch.outputs)}`;
}

/** Whether compiling again would change anything, and why. */
export interface Freshness {
  readonly upToDate: boolean;
  /** Names of the inputs that changed. */
  readonly changed: readonly string[];
  readonly why?: string;
}

const budgetEnds: readonly EndReason[] = ["evaluations", "calls", "tokens", "usd", "seconds", "aborted"];

/** Compares an artifact with what it would be built from now. A run that its budget ended goes on when that was raised. */
export function isUpToDate(artifact: Artifact, fingerprint: Fingerprint, budget: Budget): Freshness {
  const changed = changedInputs(artifact.inputs, fingerprint.inputs);
  if (changed.length > 0) return { upToDate: false, changed, why: `changed since: ${changed.join(", ")}` };
  if (!isIntact(artifact)) return { upToDate: false, changed, why: "the artifact was edited by hand" };
  if (budgetEnds.includes(artifact.end)) {
    const ending = artifact.end === "aborted" ? undefined : (artifact.end as keyof Budget);
    if (ending === undefined) return { upToDate: false, changed, why: "the run was aborted" };
    if ((budget[ending] ?? Number.POSITIVE_INFINITY) > (artifact.budget[ending] ?? 0))
      return { upToDate: false, changed, why: `budget.${ending} was raised` };
  }
  return { upToDate: true, changed };
}
