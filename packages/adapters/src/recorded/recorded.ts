import type { GenerateOptions, LanguageModel, Request, Response } from "@cultivar/core";
import { CultivarError } from "@cultivar/core";
import { cassetteFile } from "./cassette-file.ts";
import type { CassetteEntry, CassetteHeader } from "./cassette.ts";
import { requestKey, storedRequest } from "./cassette.ts";
import { differences, nearestRequest } from "./nearest.ts";
import { sharedCalls } from "./shared-calls.ts";

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
 * recorded one. Equal requests in flight are one call, aborted when all who asked for it have aborted.
 *
 * Any number of recorders, in any number of processes of one machine, may share a file: each only appends, and `auto` looks
 * for what the others recorded before it asks `lm`.
 *
 * Reads the file when made; throws `cassette` when it is missing (replay) or damaged, `config` without `lm`.
 */
export function recorded(options: RecordedOptions): LanguageModel {
  const { file, lm } = options;
  const mode = options.mode ?? "replay";
  if (mode !== "replay" && lm === undefined) {
    throw new CultivarError("config", `recorded: mode ${JSON.stringify(mode)} needs { lm }, the model to record`);
  }
  const cassette = cassetteFile(file, mode === "replay");
  const { entries } = cassette;
  const header = mode === "replay" || lm === undefined ? cassette.header() : headerOf(lm);
  if (header === undefined) {
    throw new CultivarError("cassette", `recorded: ${file} holds no recording; record it with { mode: "auto", lm }`);
  }
  const share = sharedCalls<CassetteEntry>();

  const record = async (asked: Request, stored: Request, call: GenerateOptions): Promise<CassetteEntry> => {
    if (mode === "auto") {
      await cassette.read();
      const known = entries.get(requestKey(stored));
      if (known !== undefined) return known;
    }
    const response = await lm!.generate(asked, call);
    return cassette.append({ request: stored, response }, header, mode === "auto");
  };

  const generate = async (asked: Request, call: GenerateOptions = {}): Promise<Response> => {
    // A turn of the microtask queue, as any model takes: an abort right after the call is seen before anything is said.
    await Promise.resolve();
    if (call.signal?.aborted === true) throw abortedError(file, call.signal);
    const stored = storedRequest(asked);
    const key = requestKey(stored);
    const known = mode === "record" ? undefined : entries.get(key);
    if (known !== undefined) return structuredClone(known.response);
    if (mode === "replay") throw unseen(file, stored, entries);
    const entry = await share(
      key,
      call,
      (shared) => record(asked, stored, shared),
      (signal) => abortedError(file, signal),
    );
    return structuredClone(entry.response);
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

function abortedError(file: string, signal: AbortSignal): CultivarError {
  return new CultivarError("aborted", `recorded: ${file}: aborted by the caller`, { cause: signal.reason });
}
