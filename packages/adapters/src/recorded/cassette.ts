import type { Capabilities, Price, Request, Response } from "@cultivar/core";
import { CultivarError, canonicalJson, contentHash, parseJsonSafely } from "@cultivar/core";
import { redactJson } from "../shared/redact.ts";

/** The first line: the model that was recorded, so that a replay needs none. Said again by whoever records another. */
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

/** What some lines of a cassette hold. */
export interface CassetteLines {
  /** The last one of them. */
  readonly header: CassetteHeader | undefined;
  /** By {@link requestKey}, in the order of recording. */
  readonly entries: ReadonlyMap<string, CassetteEntry>;
  /** Why the last line does not parse, where it begins like one that was cut off: what follows it decides. */
  readonly torn: CultivarError | undefined;
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
 * Reads whole lines (each with its newline). A line that was cut off by a crash is left out: whoever records next ends
 * it and says the header again, and nothing else puts a header behind half an object. Any other line that does not parse
 * throws `cassette` with its number, counted from `first`.
 */
export function parseLines(text: string, file: string, first = 1): CassetteLines {
  const entries = new Map<string, CassetteEntry>();
  let header: CassetteHeader | undefined;
  /** The wrong line before, until it is known what follows it. */
  let torn: CultivarError | undefined;
  for (const [at, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const value = parseLine(line, file, first + at);
    if (torn !== undefined && (value instanceof CultivarError || !("cassette" in value))) throw torn;
    torn = undefined;
    if (value instanceof CultivarError) {
      if (!line.startsWith("{")) throw value;
      torn = value;
    } else if ("cassette" in value) {
      header = value;
    } else {
      // Insertion order is recording order; a newer recording of a request takes its own, later place.
      const key = requestKey(value.request);
      entries.delete(key);
      entries.set(key, value);
    }
  }
  return { header, entries, torn };
}

function parseLine(line: string, file: string, number: number): CassetteHeader | CassetteEntry | CultivarError {
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
    return wrong((cause as Error).message, cause);
  }
  if (value?.cassette === 1 && typeof value.provider === "string") return value as CassetteHeader;
  if (value?.cassette !== undefined) throw wrong(`version ${JSON.stringify(value.cassette)}`);
  if (Array.isArray(value?.request?.messages) && typeof value.response?.text === "string")
    return value as CassetteEntry;
  throw wrong(line.slice(0, 60));
}
