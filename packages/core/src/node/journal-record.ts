import { CultivarError } from "../ground/errors.ts";
import type { JournalRecord } from "../searching/journal.ts";

type Kind = "string" | "number" | "object" | "array";

/** The members that a record of each type must have. */
const members: Readonly<Record<JournalRecord["type"], Readonly<Record<string, Kind>>>> = {
  run: { target: "string", fingerprint: "string", inputs: "object", seed: "number", version: "string" },
  open: { elapsedMs: "number", orphans: "number" },
  intent: { key: "string", model: "string" },
  reply: { key: "string", response: "object", elapsedMs: "number" },
  fault: { key: "string", code: "string", message: "string" },
  vectors: { key: "string", vectors: "array" },
  tool: { address: "string" },
  row: { key: "string", row: "object", calls: "array" },
  "timed-end": { asks: "number", seconds: "number" },
};

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  // NaN and the infinities have no JSON: they would come back as null.
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  return typeof value;
}

/**
 * The value as a journal record; throws a `journal` error that says what is wrong. Data inside a record (a tool's
 * output, a reply's arguments) is kept as it was, also a member named `__proto__`: what a resumed run sees must be what
 * the first one saw. The record itself and its own objects may not have one.
 */
export function checkRecord(value: unknown, where: string): JournalRecord {
  const wrong = (expected: string, got: string): CultivarError =>
    new CultivarError(
      "journal",
      `${where}: expected ${expected}, got ${got}; it was written by something else or by another version: use that one, or move the file away`,
    );
  if (kindOf(value) !== "object") throw wrong("a record", kindOf(value));
  const record = value as Readonly<Record<string, unknown>>;
  const type = record["type"];
  if (typeof type !== "string" || !Object.hasOwn(members, type)) {
    throw wrong(`a record of type ${Object.keys(members).join(", ")}`, `type ${JSON.stringify(type)}`);
  }
  for (const [name, kind] of Object.entries(members[type as JournalRecord["type"]])) {
    const member = record[name];
    if (kindOf(member) !== kind) throw wrong(`${kind} ${name} in a ${type} record`, kindOf(member));
    if (kind === "object" && Object.hasOwn(member as object, "__proto__")) throw wrong(`plain ${name}`, "__proto__");
  }
  if (Object.hasOwn(record, "__proto__")) throw wrong("a plain record", "__proto__");
  return record as JournalRecord;
}
