import { CultivarError } from "../../ground/errors.ts";
import { maxDepth, readJson } from "./json-reader.ts";
import { closingTagEnd, withoutFence, withoutThinking } from "./thinking.ts";

/** An object read from a reply. */
export interface LenientObject {
  readonly value: Record<string, unknown>;
  /** The reply ended before the object did: it holds only the members that were complete. */
  readonly truncated: boolean;
}

/**
 * Finds the JSON object that a reply means, in linear time. `rank` says how well an object fits (0: not at all); the
 * best one counts, of equals a whole one before a cut one, then the last, since models reason first and answer last.
 * Damage that {@link readJson} understands is repaired. Throws a `parse` error in words for the model.
 */
export function lenientObject(
  reply: string,
  rank: (value: Readonly<Record<string, unknown>>) => number,
): LenientObject {
  const whole = strictObject(reply);
  if (isObject(whole) && rank(whole) > 0) return { value: whole, truncated: false };
  // A list of one object, and an object written into a string, have one meaning.
  if (Array.isArray(whole)) {
    if (whole.length === 1 && isObject(whole[0]) && rank(whole[0]) > 0) return { value: whole[0], truncated: false };
    throw refused(`expected one JSON object, got a list of ${whole.length}`);
  }
  if (typeof whole === "string" && whole.includes("{")) return lenientObject(whole, rank);
  if (isObject(whole)) throw refused(notFitting(whole));
  const { answer, open } = withoutThinking(reply);
  const unfenced = withoutFence(answer);
  const inner = unfenced === reply ? undefined : strictObject(unfenced);
  if (isObject(inner) && rank(inner) > 0) return { value: inner, truncated: false };
  const after = open ? undefined : closingTagEnd(answer);
  const found = after === undefined ? undefined : scan(answer.slice(after), rank).best;
  if (found !== undefined && found.problem === undefined) return { value: found.value, truncated: found.truncated };
  const { best, problem } = scan(answer, rank);
  if (best === undefined) throw refused(problem ?? "the reply holds no JSON object");
  if (best.problem !== undefined) throw refused(best.problem);
  if (open && !endsReply(answer, best)) throw refused("the reply ends inside its reasoning, before any answer");
  return { value: best.value, truncated: best.truncated };
}

/**
 * The JSON value that a field's own text means: strict JSON, else a fenced or damaged list or object. Undefined when
 * it is neither; a cut-off value is undefined too.
 */
export function lenientValue(text: string): unknown {
  const inside = withoutFence(text).trim();
  const strict = strictJson(inside);
  if (strict !== undefined) return strict;
  if (!/^[[{]/.test(inside)) return undefined;
  const reading = readJson(inside, 0);
  const whole = reading.problem === undefined && !reading.truncated && inside.slice(reading.end).trim() === "";
  return whole ? reading.value : undefined;
}

interface Found extends LenientObject {
  readonly rank: number;
  readonly end: number;
  readonly problem: string | undefined;
}

function scan(
  text: string,
  rank: (value: Readonly<Record<string, unknown>>) => number,
): { best: Found | undefined; problem: string | undefined } {
  let best: Found | undefined;
  let problem: string | undefined;
  let work = 0;
  let at = text.indexOf("{");
  while (at !== -1) {
    const reading = readJson(text, at);
    if (reading.tooDeep) throw refused(`the JSON of the reply is nested deeper than ${maxDepth} levels`);
    work += reading.end - at;
    let next = reading.end;
    const { value, truncated, end } = reading;
    const score = isObject(value) ? rank(value) : 0;
    if (isObject(value) && score > 0) {
      const better = best === undefined || score > best.rank || (score === best.rank && (best.truncated || !truncated));
      if (better) best = { value, truncated, rank: score, end, problem: reading.problem };
    } else {
      problem ??= reading.problem ?? (truncated ? "the JSON of the reply is cut off" : undefined);
      if (isObject(value) && !truncated) problem ??= notFitting(value);
      // A brace in chatter may swallow the real object, so look again right behind it, but only while that
      // stays cheap: four readings of the text at most.
      else if (work < 4 * text.length) next = at + 1;
    }
    at = text.indexOf("{", Math.max(next, at + 1));
  }
  return { best, problem };
}

/** `JSON.parse` of a text that looks like one whole JSON value, without `__proto__` members; undefined when it is none. */
function strictJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text.trim());
  } catch {
    return undefined;
  }
  if (typeof value === "number" && !Number.isFinite(value)) return undefined;
  if (typeof value === "object" && value !== null) clean(value, 0);
  return value;
}

/** As {@link strictJson}, of lists, objects and strings only: a thrown SyntaxError costs more than all the rest. */
function strictObject(text: string): unknown {
  const trimmed = text.trim();
  const last = { "{": "}", "[": "]", '"': '"' }[trimmed.charAt(0)];
  return last !== undefined && trimmed.endsWith(last) ? strictJson(trimmed) : undefined;
}

/**
 * Removes own `__proto__` members, which `JSON.parse` makes and which pollute whatever copies them by assignment.
 * Throws on too deep a nesting. With `change` false it only tells whether there are any.
 */
function clean(value: object, depth: number, change = true): boolean {
  if (depth >= maxDepth) throw refused(`the JSON of the reply is nested deeper than ${maxDepth} levels`);
  let found = Object.hasOwn(value, "__proto__");
  if (found && change) delete (value as Record<string, unknown>)["__proto__"];
  for (const member of Array.isArray(value) ? (value as unknown[]) : Object.values(value)) {
    // `JSON.parse` reads 1e400 as Infinity, which no JSON can hold again.
    if (typeof member === "number" && !Number.isFinite(member)) throw refused("a number is too large for JSON");
    if (typeof member === "object" && member !== null && clean(member, depth + 1, change)) found = true;
  }
  return found;
}

/** A provider's own parse of a reply, made safe (a copy when it has to change); undefined unless it is an object. */
export function cleanObject(value: unknown): Record<string, unknown> | undefined {
  if (!isObject(value)) return undefined;
  if (!clean(value, 0, false)) return value;
  const copy = structuredClone(value);
  clean(copy, 0);
  return copy;
}

function endsReply(text: string, found: Found): boolean {
  return !found.truncated && /^[\s`]*$/.test(text.slice(found.end, found.end + 100)) && found.end + 100 >= text.length;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function notFitting(value: object): string {
  const keys = Object.keys(value).slice(0, 10);
  return `the JSON object of the reply has none of the expected fields, but ${keys.length === 0 ? "no field" : keys.join(", ").slice(0, 200)}`;
}

function refused(problem: string): CultivarError {
  return new CultivarError("parse", problem);
}
