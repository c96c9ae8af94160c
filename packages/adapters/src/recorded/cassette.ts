import type { Capabilities, Price, Request, Response } from "@cultivar/core";
import { CultivarError, canonicalJson, contentHash, parseJsonSafely } from "@cultivar/core";
import { redactJson } from "../shared/redact.ts";

/** The first line: the model that was recorded, so that a replay needs none. */
export interface CassetteHeader {
  readonly cassette: 1;
  readonly provider: string;
  readonly modelId: string;
  readonly capabilities: Capabilities;
  readonly endpoint?: string;
  readonly price?: Price;
}

/** Every further line: one request (sample included) and its reply. Of equal requests the last line counts. */
export interface CassetteEntry {
  readonly request: Request;
  readonly response: Response;
}

export interface Cassette {
  readonly header: CassetteHeader | undefined;
  /** By {@link requestKey}, in the order of recording. */
  readonly entries: ReadonlyMap<string, CassetteEntry>;
  /** Bytes of whole lines; what follows is the torn tail of a write that was cut off. */
  readonly wholeBytes: number;
}

/** A request as it is stored: without secrets, sample always said. */
export function storedRequest(request: Request): Request {
  return redactJson({ ...request, sample: request.sample ?? 0 });
}

/** Content hash of a stored request. */
export function requestKey(stored: Request): string {
  return contentHash(stored, 64);
}

/** One line, keys sorted, secrets replaced, with its newline. */
export function cassetteLine(value: CassetteHeader | CassetteEntry): string {
  return `${canonicalJson(redactJson(value))}\n`;
}

/**
 * Reads a cassette's text. A last line without its newline was cut off by a crash and is left out; any other line that
 * does not parse is a `cassette` error with its number.
 */
export function parseCassette(text: string, file: string): Cassette {
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  const entries = new Map<string, CassetteEntry>();
  let header: CassetteHeader | undefined;
  const lines = whole.split("\n");
  for (const [at, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const value = parseLine(line, file, at + 1);
    if ("cassette" in value) {
      header = value;
    } else {
      // Insertion order is recording order; a newer recording of a request takes its own, later place.
      const key = requestKey(value.request);
      entries.delete(key);
      entries.set(key, value);
    }
  }
  if (header === undefined && entries.size > 0) {
    throw new CultivarError("cassette", `recorded: ${file} has no header line; record it again`);
  }
  return { header, entries, wholeBytes: new TextEncoder().encode(whole).length };
}

function parseLine(line: string, file: string, number: number): CassetteHeader | CassetteEntry {
  const wrong = (what: string, cause?: unknown): CultivarError =>
    new CultivarError(
      "cassette",
      `recorded: ${file}:${number}: expected a header or { request, response } as one line of JSON, got ${what}; delete the line or record again`,
      { cause },
    );
  let value: Partial<CassetteHeader & CassetteEntry> | null;
  try {
    value = parseJsonSafely(line) as typeof value;
  } catch (cause) {
    throw wrong((cause as Error).message, cause);
  }
  if (value?.cassette === 1 && typeof value.provider === "string") return value as CassetteHeader;
  if (value?.cassette !== undefined) throw wrong(`version ${JSON.stringify(value.cassette)}`);
  if (Array.isArray(value?.request?.messages) && typeof value.response?.text === "string")
    return value as CassetteEntry;
  throw wrong(line.slice(0, 60));
}
