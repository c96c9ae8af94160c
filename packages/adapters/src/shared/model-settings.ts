import type { Capabilities, Clock, LanguageModel, Price, Request, ResilientOptions } from "@cultivar/core";
import { CultivarError, canonicalJson, contentHash, systemClock } from "@cultivar/core";

/** Sampling settings that go out, and what is said about those that don't. */
export interface TakenSettings {
  readonly temperature?: number;
  readonly topP?: number;
  readonly warnings: readonly string[];
}

/** Keeps the sampling settings that the model takes; each other one is dropped with a warning that names it. */
export function takenSettings(request: Request, model: Pick<LanguageModel, "modelId" | "capabilities">): TakenSettings {
  const warnings: string[] = [];
  const taken: { temperature?: number; topP?: number } = {};
  for (const name of ["temperature", "topP"] as const) {
    const value = request[name];
    if (value === undefined) continue;
    if (model.capabilities.sampling.includes(name)) taken[name] = value;
    else warnings.push(`${name} was dropped: ${model.modelId} takes no ${name}`);
  }
  return { ...taken, warnings };
}

/** A value of the environment, or undefined where there is none (an edge runtime). Empty counts as unset. */
export function environment(name: string): string | undefined {
  const value = (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env?.[name];
  return value === undefined || value === "" ? undefined : value;
}

/** The clock by which a model's waits are read. */
export function clockOf(resilience: ResilientOptions | false | undefined): Clock {
  return (resilience === false ? undefined : resilience?.clock) ?? systemClock;
}

/** Deadline of one attempt when nothing else is said; that of `resilience` in core is the same. */
const defaultTimeoutMs = 120_000;
/** The SDKs' own default, where nothing of ours stands around them. */
const bareTimeoutMs = 600_000;
/** Timers of JavaScript hold no more. */
const longestTimerMs = 2_147_483_647;

/** When an SDK gives up and closes its connection, in whole milliseconds: at the deadline of one attempt. */
export function sdkTimeoutMs(resilience: ResilientOptions | false | undefined): number {
  const timeoutMs = resilience === false ? bareTimeoutMs : (resilience?.timeoutMs ?? defaultTimeoutMs);
  return Math.min(Math.ceil(timeoutMs), longestTimerMs);
}

/** The key, or an `auth` error that names where to put one. */
export function requireKey(apiKey: string | undefined, variable: string, where: string): string {
  const key = cleanKey(apiKey ?? environment(variable), where);
  if (key === undefined) {
    throw new CultivarError("auth", `${where}: no API key; set ${variable} or pass { apiKey }`);
  }
  return key;
}

/** A key without the line end that comes with reading one from a file; undefined when nothing is left of it. */
export function cleanKey(apiKey: string | undefined, where: string): string | undefined {
  const key = apiKey?.trim();
  if (key === undefined || key === "") return undefined;
  // Said here: as a header it would fail as if the connection had, and be tried again.
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new CultivarError(
      "auth",
      `${where}: expected an API key of printable ASCII characters, got one with spaces, line breaks or others in it; copy it again`,
    );
  }
  return key;
}

/** What of an adapter's options changes replies beside the server and the model's name. */
export interface ReplySettings {
  /** Request fields that every call carries. */
  readonly extra?: Readonly<Record<string, unknown>> | undefined;
  /** What the adapter says of the model by itself, and what its user says instead. */
  readonly capabilities?: { readonly usual: Capabilities; readonly said: Partial<Capabilities> | undefined };
  /** The API that is called, where it is not the usual one. */
  readonly api?: string | undefined;
}

/**
 * Host and path of a base URL, without credentials or query, with {@link settingsMark}: two models of one name on one
 * server that are asked in different ways are two. Throws `config` when the URL does not parse.
 */
export function endpointOf(baseURL: string, where: string, settings: ReplySettings = {}): string {
  const url = URL.canParse(baseURL) ? new URL(baseURL) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new CultivarError(
      "config",
      `${where}: baseURL must be an http or https URL, got ${JSON.stringify(baseURL.slice(0, 40))}`,
    );
  }
  return `${url.host}${url.pathname.replace(/\/+$/, "")}${settingsMark(settings)}`;
}

/** A hash of the settings that differ from the usual ones, as `#1a2b3c4d`; nothing when none does. Shows no value. */
export function settingsMark({ extra, capabilities, api }: ReplySettings): string {
  const said = Object.entries(capabilities?.said ?? {}).filter(
    ([name, value]) =>
      value !== undefined &&
      canonicalJson(value) !== canonicalJson(capabilities?.usual[name as keyof Capabilities] ?? null),
  );
  const settings = {
    ...(extra !== undefined && Object.keys(extra).length > 0 && { extra }),
    ...(said.length > 0 && { capabilities: Object.fromEntries(said) }),
    ...(api !== undefined && { api }),
  };
  return Object.keys(settings).length === 0 ? "" : `#${contentHash(settings, 8)}`;
}

/** Options that every adapter over HTTP takes. */
export interface CommonOptions {
  /** Overrides of what the adapter believes the model can do. Part of a reply's identity. */
  readonly capabilities?: Partial<Capabilities>;
  /** Overrides the price table. */
  readonly price?: Price;
  /** Fields merged into every request body as they are: `{ reasoning: { effort: "low" } }`. Part of a reply's identity. */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** Sends the sample index as the header `x-sample-index`: simulated servers answer by it. Default false. */
  readonly sampleHeader?: boolean;
}
