import { appendFileSync } from "node:fs";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Price, Request, Response } from "@cultivar/core";
import { canonicalJson, costUsd, CultivarError, messageOf, parseJsonSafely, sha256Hex } from "@cultivar/core";
import type { SimulatedOptions } from "../simulated/index.ts";
import { logicalKey, modelsOf, replier, responseOf, simulated, worldOf } from "../simulated/index.ts";
import { anthropicMessages } from "./anthropic-messages.ts";
import { embeddingsReply } from "./embeddings.ts";
import { openaiChat } from "./openai-chat.ts";
import { openaiError } from "./openai-error.ts";
import { openaiResponses } from "./openai-responses.ts";
import type { Body, Wire } from "./wire.ts";
import { BadRequest, created, isBody } from "./wire.ts";

/** What happens to one call instead of a reply. */
export interface Fault {
  /** HTTP status; 200 sends `body` (an error body, say) as if all were well. */
  readonly status?: number;
  readonly retryAfterSeconds?: number;
  /** Sent instead of the provider's own error body. */
  readonly body?: unknown;
  /** The connection is cut without an answer. */
  readonly hangUp?: boolean;
}

export interface HandlerOptions extends Omit<SimulatedOptions, "role" | "student"> {
  /** A file that gets one line `<model> <logical key> <sample>` for each reply, before it is sent. */
  readonly ledger?: string;
  /** Faults by number of the call, from 1, over all model calls. */
  readonly faults?: Readonly<Record<number, Fault>>;
}

export interface ServeOptions extends HandlerOptions {
  /** 0 takes a free port. */
  readonly port: number;
  /** Default 127.0.0.1: only this machine. */
  readonly host?: string;
}

/** Counts since the start. */
export interface ServerStats {
  /** Model calls that came in, faulty ones too. */
  readonly calls: number;
  readonly faults: number;
  /** Replies by model id. */
  readonly replies: Readonly<Record<string, number>>;
  /** Distinct (model, logical key, sample). */
  readonly distinct: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** List price of all replies, as made up as the models. */
  readonly usd: number;
}

export interface SimulatedServer {
  /** `http://host:port`: the base URL for the Anthropic SDK; with `/v1` for the OpenAI SDK. */
  readonly url: string;
  stats(): ServerStats;
  /** Ends open connections and stops. */
  close(): Promise<void>;
}

const wires: readonly Wire[] = [openaiChat, openaiResponses, anthropicMessages];
const maxBodyBytes = 32 * 1024 * 1024;

interface State {
  readonly options: HandlerOptions;
  /** By model id. */
  readonly reply: ReadonlyMap<string, (request: Request, sample: number) => string>;
  /** By model id. */
  readonly prices: ReadonlyMap<string, Price | undefined>;
  /** How often each body came without a sample index: its count takes the index's place. */
  readonly seen: Map<string, number>;
  readonly answered: Set<string>;
  readonly replies: Record<string, number>;
  calls: number;
  faults: number;
  inputTokens: number;
  outputTokens: number;
  usd: number;
}

/** Answers the requests of clients, and counts. One handler is one client's world: samples are counted within it. */
export interface SimulatedHandler {
  /** Answers one request. `path` is the request's own path unless given: for servers that mount it under a prefix. */
  handle(incoming: IncomingMessage, outgoing: ServerResponse, path?: string): Promise<void>;
  stats(): ServerStats;
}

/**
 * What {@link serveSimulated} listens with: the same replies, for a server of one's own. Throws `config` errors as
 * `simulated` does.
 */
export function simulatedHandler(options: HandlerOptions): SimulatedHandler {
  const models = Object.entries(modelsOf(worldOf(options)));
  const state: State = {
    options,
    reply: new Map(models.map(([id, model]) => [id, replier({ ...options, ...model })])),
    prices: new Map(models.map(([id, model]) => [id, simulated({ ...options, ...model }).price])),
    seen: new Map(),
    answered: new Set(),
    replies: {},
    calls: 0,
    faults: 0,
    inputTokens: 0,
    outputTokens: 0,
    usd: 0,
  };
  return {
    handle: async (incoming, outgoing, path) => {
      try {
        await handle(state, incoming, outgoing, path ?? new URL(incoming.url ?? "/", "http://localhost").pathname);
      } catch (error) {
        if (outgoing.headersSent) outgoing.destroy();
        else send(outgoing, 500, openaiError(500, messageOf(error), null));
      }
    },
    stats: () => ({
      calls: state.calls,
      faults: state.faults,
      replies: { ...state.replies },
      distinct: state.answered.size,
      inputTokens: state.inputTokens,
      outputTokens: state.outputTokens,
      usd: state.usd,
    }),
  };
}

/**
 * Serves a world's students and teacher over the wire formats of OpenAI (chat completions, responses, embeddings, models)
 * and Anthropic (messages). The sample index is the header `x-sample-index`, else the count of identical bodies. The
 * replies are those of `simulated` for the same request. Any key will do. Throws `config` errors as `simulated` does,
 * and when the port is taken.
 */
export async function serveSimulated(options: ServeOptions): Promise<SimulatedServer> {
  const handler = simulatedHandler(options);
  const server = createServer((incoming, outgoing) => void handler.handle(incoming, outgoing));
  // longer than clients keep a connection idle, so that none is closed under a request
  server.keepAliveTimeout = 120_000;
  const host = options.host ?? "127.0.0.1";
  await listen(server, options.port, host);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
    stats: () => handler.stats(),
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => {
      reject(
        new CultivarError(
          "config",
          `simulated server: expected to listen on ${host}:${port}, got ${cause.message}; choose another port`,
          { cause },
        ),
      );
    });
    server.listen(port, host, resolve);
  });
}

async function handle(
  state: State,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  requested: string,
): Promise<void> {
  const path = requested.replace(/\/+$/, "");
  if (incoming.method === "GET" && path.startsWith("/v1/models")) return listModels(state, path, outgoing);
  const wire = wires.find((one) => one.path === path);
  if (incoming.method !== "POST" || (wire === undefined && path !== "/v1/embeddings"))
    return send(outgoing, 404, openaiError(404, `no ${incoming.method ?? ""} ${path} here`, null));
  const errorBody = wire?.error ?? openaiError;
  try {
    const body = await readBody(incoming);
    if (wire === undefined) return send(outgoing, 200, embeddingsReply(body));
    await answer(state, wire, body, incoming.headers["x-sample-index"], outgoing);
  } catch (error) {
    if (!(error instanceof BadRequest)) throw error;
    send(outgoing, 400, errorBody(400, error.message, null));
  }
}

async function answer(
  state: State,
  wire: Wire,
  body: Body,
  sampleHeader: string | string[] | undefined,
  outgoing: ServerResponse,
): Promise<void> {
  state.calls += 1;
  const fault = state.options.faults?.[state.calls];
  if (fault !== undefined) {
    state.faults++;
    return sendFault(wire, fault, outgoing);
  }
  const call = wire.read(body);
  const { model } = call;
  const reply = state.reply.get(model);
  if (reply === undefined)
    return send(
      outgoing,
      404,
      wire.error(
        404,
        `The model ${JSON.stringify(call.model)} does not exist; there are ${namesOf(state)}.`,
        "model_not_found",
      ),
    );
  const first = sampleOf(state, wire, body, sampleHeader, call.count);
  const key = logicalKey(call.request);
  const responses: Response[] = [];
  for (let sample = first; sample < first + call.count; sample++) {
    responses.push(responseOf(call.request, reply(call.request, sample), model));
    record(state, model, key, sample);
  }
  const inputTokens = responses[0]?.usage.inputTokens ?? 0;
  const outputTokens = responses.reduce((sum, { usage }) => sum + (usage.outputTokens ?? 0), 0);
  state.inputTokens += inputTokens;
  state.outputTokens += outputTokens;
  state.usd += costUsd({ inputTokens, outputTokens }, state.prices.get(model)) ?? 0;
  const { latencyMs } = state.options;
  if (latencyMs !== undefined && latencyMs > 0) await sleep(latencyMs);
  const id = `${key.slice(0, 20)}${first}`;
  if (!call.stream) return send(outgoing, 200, wire.reply(id, call, responses));
  outgoing.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  for (const { event, data } of wire.events(id, call, responses)) {
    const line = typeof data === "string" ? data : JSON.stringify(data);
    outgoing.write(`${event === undefined ? "" : `event: ${event}\n`}data: ${line}\n\n`);
  }
  outgoing.end();
}

/** The sample index of a call's first reply. */
function sampleOf(state: State, wire: Wire, body: Body, header: string | string[] | undefined, count: number): number {
  if (header !== undefined) {
    const sample = Number(header);
    if (Number.isInteger(sample) && sample >= 0) return sample;
    throw new BadRequest(`x-sample-index: expected a whole number from 0, got ${JSON.stringify(header)}`);
  }
  const identity = sha256Hex(wire.path + canonicalJson(body));
  const first = state.seen.get(identity) ?? 0;
  state.seen.set(identity, first + count);
  return first;
}

function namesOf(state: State): string {
  return [...state.reply.keys()].join(" and ");
}

function record(state: State, model: string, key: string, sample: number): void {
  const line = `${model} ${key} ${sample}`;
  state.answered.add(line);
  state.replies[model] = (state.replies[model] ?? 0) + 1;
  if (state.options.ledger !== undefined) appendFileSync(state.options.ledger, `${line}\n`);
}

function sendFault(wire: Wire, fault: Fault, outgoing: ServerResponse): void {
  if (fault.hangUp === true) {
    outgoing.destroy();
    return;
  }
  const status = fault.status ?? 500;
  if (fault.retryAfterSeconds !== undefined) outgoing.setHeader("retry-after", String(fault.retryAfterSeconds));
  send(outgoing, status, fault.body ?? wire.error(status, `an injected fault of status ${status}`, null));
}

function listModels(state: State, path: string, outgoing: ServerResponse): void {
  const entry = (id: string): unknown => ({ id, object: "model", created, owned_by: "simulated" });
  if (path === "/v1/models") return send(outgoing, 200, { object: "list", data: [...state.reply.keys()].map(entry) });
  const id = [...state.reply.keys()].find((one) => path === `/v1/models/${one}`);
  if (id === undefined)
    return send(outgoing, 404, openaiError(404, `no such model; there are ${namesOf(state)}`, "model_not_found"));
  send(outgoing, 200, entry(id));
}

async function readBody(incoming: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) throw new BadRequest(`the body is longer than ${maxBodyBytes} bytes`);
    chunks.push(chunk);
  }
  let body: unknown;
  try {
    body = parseJsonSafely(Buffer.concat(chunks).toString("utf8"));
  } catch (error) {
    throw new BadRequest(`the body is no JSON: ${messageOf(error)}`);
  }
  if (!isBody(body)) throw new BadRequest("the body is no JSON object");
  return body;
}

function send(outgoing: ServerResponse, status: number, body: unknown): void {
  outgoing.writeHead(status, { "content-type": "application/json" });
  outgoing.end(JSON.stringify(body));
}
