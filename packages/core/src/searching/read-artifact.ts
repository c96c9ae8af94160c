import { CultivarError } from "../ground/errors.ts";
import { canonicalJson } from "../ground/hash.ts";
import type { Estimate } from "../ground/stats.ts";
import type { LogicalCalls } from "../programs/gateway.ts";
import type { Budget } from "../programs/meter.ts";
import type { Candidate } from "../values/component.ts";
import type { ReportCut } from "./report-gaps.ts";
import type { EndReason } from "./result.ts";

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
  /** Hash of each field (`input.question`, `output.answer`) of each module's signature, by path: what `load` checks. */
  readonly signatures: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly val: ArtifactScores;
  readonly test?: ArtifactScores;
  /** The final report was cut short: the reason, and how many test rows it left unscored. Never up to date. */
  readonly incomplete?: { readonly reason: ReportCut; readonly rows: number };
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

/** What each field must be; a trailing `?` means that it may be absent. */
const fields: Readonly<Record<string, string>> = {
  cultivar: "string",
  target: "string",
  improved: "boolean",
  candidate: "object",
  signatures: "object",
  val: "object",
  test: "object?",
  incomplete: "object?",
  end: "string",
  evaluations: "number",
  calls: "object",
  optimizer: "string",
  models: "array",
  seed: "number",
  budget: "object",
  fingerprint: "string",
  inputs: "object",
  contentHash: "string",
};

function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

/** Checks an artifact's JSON (an app imports it as such) and gives it its plain form. Throws `artifact` errors. */
export function readArtifact(raw: unknown, where: string): Artifact {
  const fail = (problem: string): never => {
    throw new CultivarError("artifact", `${where}: ${problem}; restore it from version control, or compile again`);
  };
  if (kindOf(raw) !== "object") return fail(`expected an artifact object, got ${kindOf(raw)}`);
  const record = raw as Readonly<Record<string, unknown>>;
  for (const [field, expected] of Object.entries(fields)) {
    const value = Object.hasOwn(record, field) ? record[field] : undefined;
    const kind = expected.replace("?", "");
    if (value === undefined ? expected === kind : kindOf(value) !== kind)
      fail(`field ${field} must be ${/^[aeiou]/.test(kind) ? "an" : "a"} ${kind}, got ${kindOf(value)}`);
  }
  for (const field of ["val", "test"]) {
    const scores = record[field] as Readonly<Record<string, unknown>> | undefined;
    for (const side of ["baseline", "best", "difference"])
      if (scores !== undefined && kindOf(scores[side]) !== "object")
        fail(`field ${field}.${side} must be an object, got ${kindOf(scores[side])}`);
  }
  hashes(record["inputs"] as object, "inputs", fail);
  for (const [path, signature] of Object.entries(record["signatures"] as object)) {
    if (kindOf(signature) !== "object") fail(`field signatures.${path} must be an object, got ${kindOf(signature)}`);
    hashes(signature as object, `signatures.${path}`, fail);
  }
  const texts = Object.entries(record["candidate"] as object).map(([id, value]: [string, unknown]) => {
    if (id === "__proto__") fail(`"__proto__" is no component`);
    return [id, joined(value) ?? fail(`component ${id} must be a string, { lines } or { json }, got ${kindOf(value)}`)];
  });
  const candidate = Object.freeze(Object.fromEntries(texts) as Record<string, string>);
  return { ...(record as unknown as Artifact), candidate };
}

function hashes(values: object, field: string, fail: (problem: string) => never): void {
  for (const [name, value] of Object.entries(values))
    if (typeof value !== "string") fail(`field ${field}.${name} must be a string, got ${kindOf(value)}`);
}

/** A component's value as a text, from any form that `printArtifact` gives it. */
function joined(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return undefined;
  if ("lines" in value && Array.isArray(value.lines) && value.lines.every((line) => typeof line === "string"))
    return value.lines.join("\n");
  return "json" in value && value.json !== undefined ? canonicalJson(value.json) : undefined;
}
