import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { isCultivarError, messageOf, parseJsonSafely } from "@cultivar/core";
import { z } from "zod";
import type { Arena } from "../comparison/arena.ts";
import { arena } from "../comparison/arena.ts";
import type { RunSpec } from "../comparison/run-record.ts";
import type { Mode } from "./peer-run.ts";
import { PeerRun } from "./peer-run.ts";
import { betweenBody, checkBody, evaluateBody, finalBody, incumbentBody, scoreBody } from "./protocol.ts";
import { Refused } from "./refused.ts";

/** A run as its opener sees it. */
export interface OpenRun {
  readonly run: PeerRun;
  /** Where its port asks: `http://127.0.0.1:PORT/runs/ID`. */
  readonly url: string;
  /** Forgets the run; later requests to it are refused. */
  close(): void;
}

/** Serves the worlds to frameworks in other processes. */
export interface PeerServer {
  open(spec: RunSpec, mode?: Mode): OpenRun;
  /** Ends open connections and stops. */
  close(): Promise<void>;
}

type Route = (run: PeerRun, body: unknown) => unknown;

/** What a port may ask, by the path under its run. Bodies of the first four are not read. */
const routes: Readonly<Record<string, Route>> = {
  "GET task": (run) => run.task(),
  "GET test": (run) => run.test(),
  "GET check": (run) => run.showCheck(),
  "POST score": (run, body) => run.score(scoreBody.parse(body)),
  "POST evaluate": (run, body) => run.evaluate(evaluateBody.parse(body)),
  "POST between": (run, body) => run.between(betweenBody.parse(body)),
  "POST incumbent": (run, body) => run.incumbent(incumbentBody.parse(body)),
  "POST final": (run, body) => run.final(finalBody.parse(body)),
  "POST check": (run, body) => run.check(checkBody.parse(body)),
};

/**
 * Listens on a free port of 127.0.0.1. Under `/runs/<id>`: the world's models (`/v1/...`), its rows, its program and its
 * metric, and what a port says of its search. Errors are JSON `{ error }` with status 400, 404 or 409.
 */
export async function servePeers(): Promise<PeerServer> {
  const arenas = new Map<string, Arena>();
  const runs = new Map<string, PeerRun>();
  let opened = 0;
  const server = createServer((incoming, outgoing) => {
    handle(runs, incoming, outgoing).catch((error: unknown) => refuse(outgoing, error));
  });
  // longer than any step between two requests of a port, so that no connection is closed under one
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    open(spec, mode = "run") {
      const found = arenas.get(spec.world) ?? arena(spec.world);
      arenas.set(spec.world, found);
      const id = String(++opened);
      const run = new PeerRun(found, spec, mode);
      runs.set(id, run);
      return { run, url: `http://127.0.0.1:${port}/runs/${id}`, close: () => void runs.delete(id) };
    },
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

async function handle(
  runs: ReadonlyMap<string, PeerRun>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const { pathname } = new URL(incoming.url ?? "/", "http://localhost");
  const [, id = "", rest = ""] = /^\/runs\/([^/]+)\/(.+)$/.exec(pathname) ?? [];
  const run = runs.get(id);
  if (run === undefined) throw new Refused(404, `${pathname}: there is no such run`);
  if (rest.startsWith("v1/")) return run.models.handle(incoming, outgoing, `/${rest}`);
  const route = routes[`${incoming.method ?? ""} ${rest}`];
  if (route === undefined) throw new Refused(404, `no ${incoming.method ?? ""} ${rest} here`);
  const body = incoming.method === "POST" ? await readBody(incoming) : undefined;
  send(outgoing, 200, await route(run, body));
}

async function readBody(incoming: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  try {
    return parseJsonSafely(Buffer.concat(chunks).toString("utf8"));
  } catch (error) {
    throw new Refused(400, `the body is no JSON: ${messageOf(error)}`);
  }
}

function refuse(outgoing: ServerResponse, error: unknown): void {
  if (outgoing.headersSent) {
    outgoing.destroy();
    return;
  }
  if (error instanceof z.ZodError) return send(outgoing, 400, { error: z.prettifyError(error) });
  const status = error instanceof Refused ? error.status : isCultivarError(error, "candidate") ? 400 : 500;
  send(outgoing, status, { error: messageOf(error) });
}

function send(outgoing: ServerResponse, status: number, body: unknown): void {
  outgoing.writeHead(status, { "content-type": "application/json" });
  outgoing.end(JSON.stringify(body));
}
