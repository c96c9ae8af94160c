import { readFileSync } from "node:fs";
import { open } from "node:fs/promises";
import type { GenerateOptions, LanguageModel, Request, Response } from "@cultivar/core";
import { CultivarError, messageOf } from "@cultivar/core";
import type { Cassette, CassetteEntry, CassetteHeader } from "./cassette.ts";
import { cassetteLine, parseCassette, requestKey, storedRequest } from "./cassette.ts";
import { differences, nearestRequest } from "./nearest.ts";

export interface RecordedOptions {
  /** The cassette: JSON lines. */
  readonly file: string;
  /**
   * `replay` (default): only recorded replies. `record`: every request goes to `lm` and its reply to the file, where it
   * replaces an older one. `auto`: recorded replies where there are, `lm` for the rest.
   */
  readonly mode?: "replay" | "record" | "auto";
  /** The model to record; needed by `record` and `auto`. */
  readonly lm?: LanguageModel;
}

/**
 * A language model that replays a recorded one byte for byte, and records it. A reply is stored before it is returned, and
 * returned as it was stored (keys sorted, secrets replaced), so a first run and its replay see the same. Headers are never
 * stored. Errors and cut-off calls are not recorded. An unseen request is a `cassette` error that names the nearest
 * recorded one. Reads the file when made; throws `cassette` when it is missing (replay) or damaged, `config` without `lm`.
 */
export function recorded(options: RecordedOptions): LanguageModel {
  const { file, lm } = options;
  const mode = options.mode ?? "replay";
  if (mode !== "replay" && lm === undefined) {
    throw new CultivarError("config", `recorded: mode ${JSON.stringify(mode)} needs { lm }, the model to record`);
  }
  const cassette = readCassette(file, mode === "replay");
  const header: CassetteHeader = mode === "replay" || lm === undefined ? cassette.header! : headerOf(lm);
  const entries = new Map(cassette.entries);
  const append = appender(file, cassette, header);
  const flights = new Map<string, Promise<CassetteEntry>>();

  const record = async (asked: Request, stored: Request, call?: GenerateOptions): Promise<CassetteEntry> => {
    const response = await lm!.generate(asked, call);
    const line = cassetteLine({ request: stored, response });
    await append(line);
    const entry = JSON.parse(line) as CassetteEntry;
    entries.set(requestKey(stored), entry);
    return entry;
  };

  const generate = async (asked: Request, call?: GenerateOptions): Promise<Response> => {
    // A turn of the microtask queue, as any model takes: an abort right after the call is seen before anything is said.
    await Promise.resolve();
    aborted(file, call?.signal);
    const stored = storedRequest(asked);
    const key = requestKey(stored);
    const known = mode === "record" ? undefined : entries.get(key);
    if (known !== undefined) return structuredClone(known.response);
    if (mode === "replay") throw unseen(file, stored, entries);
    let flight = flights.get(key);
    if (flight === undefined) {
      flight = record(asked, stored, call).finally(() => flights.delete(key));
      flights.set(key, flight);
    }
    return structuredClone((await flight).response);
  };

  const { cassette: _version, ...described } = header;
  return { ...described, generate };
}

function headerOf({ provider, modelId, capabilities, endpoint, price }: LanguageModel): CassetteHeader {
  return {
    cassette: 1,
    provider,
    modelId,
    capabilities,
    ...(endpoint !== undefined && { endpoint }),
    ...(price !== undefined && { price }),
  };
}

function readCassette(file: string, needed: boolean): Cassette {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === "ENOENT";
    if (missing && !needed) return { header: undefined, entries: new Map(), wholeBytes: 0 };
    const advice = missing ? `; record it first with { mode: "auto", lm }` : "";
    throw new CultivarError("cassette", `recorded: cannot read ${file}: ${messageOf(cause)}${advice}`, { cause });
  }
  const cassette = parseCassette(text, file);
  if (needed && cassette.header === undefined) {
    throw new CultivarError("cassette", `recorded: ${file} holds no recording; record it with { mode: "auto", lm }`);
  }
  return cassette;
}

/**
 * Appends whole lines, one after another, each on disk before its promise resolves. The first one cuts off a torn tail
 * and writes the header when it is new. The file is opened for each line: a model has no end at which to close it.
 */
function appender(file: string, cassette: Cassette, header: CassetteHeader): (line: string) => Promise<void> {
  let mended = false;
  const write = async (line: string): Promise<void> => {
    const handle = await open(file, "a");
    try {
      if (!mended) {
        if ((await handle.stat()).size > cassette.wholeBytes) await handle.truncate(cassette.wholeBytes);
        const first = cassetteLine(header);
        if (cassette.header === undefined || cassetteLine(cassette.header) !== first) await handle.appendFile(first);
        mended = true;
      }
      await handle.appendFile(line);
      await handle.datasync();
    } finally {
      await handle.close();
    }
  };
  let last: Promise<void> = Promise.resolve();
  return (line) => {
    const mine = last.then(async () => {
      try {
        await write(line);
      } catch (cause) {
        throw new CultivarError("storage", `recorded: cannot write ${file}: ${messageOf(cause)}`, { cause });
      }
    });
    last = mine.catch(() => undefined);
    return mine;
  };
}

function unseen(file: string, asked: Request, entries: ReadonlyMap<string, CassetteEntry>): CultivarError {
  const stored = [...entries.values()].map((entry) => entry.request);
  const nearest = nearestRequest(asked, stored);
  const told =
    nearest === undefined
      ? "it holds none"
      : `the nearest of ${stored.length} is ${requestKey(nearest).slice(0, 16)} (entry ${stored.indexOf(nearest) + 1}), which differs: ${differences(asked, nearest)}`;
  return new CultivarError(
    "cassette",
    `recorded: ${file} holds no reply to this request; ${told}; record it with { mode: "auto", lm }`,
    { fields: { asked: requestKey(asked).slice(0, 16) } },
  );
}

function aborted(file: string, signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) {
    throw new CultivarError("aborted", `recorded: ${file}: aborted by the caller`, { cause: signal.reason });
  }
}
