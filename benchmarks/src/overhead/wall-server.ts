import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { simulatedHandler } from "@cultivar/adapters/simulated-server";

// Arguments: how much faster time runs, latency of a reply in milliseconds of that time, requests per minute of it (0:
// no limit). A simulated world over HTTP which answers 429 above the rate, as providers do: a bucket that holds a
// twelfth of a minute, and refused calls say when to come back. `GET /counts` says what was answered and refused.
// Under `/warm` another world's calls are answered at once and not counted: for a client that warms up.
const [factor, latencyMs, perMinute] = process.argv.slice(2).map(Number);

const now = (): number => performance.now() * factor!;
const handler = simulatedHandler({ world: "ticket-routing", seed: 7, latencyMs: latencyMs! / factor! });
const size = Math.max(1, perMinute! / 12);
const warm = simulatedHandler({ world: "ticket-routing", seed: 8 });
let level = size;
let updated = now();
let refused = 0;

/** Milliseconds until the next call would be let in; 0 when this one is. */
function waitMs(): number {
  if (perMinute === 0) return 0;
  const at = now();
  level = Math.min(size, level + ((at - updated) * perMinute!) / 60_000);
  updated = at;
  if (level < 1) return ((1 - level) * 60_000) / perMinute!;
  level -= 1;
  return 0;
}

const server = createServer((incoming, outgoing) => {
  if (incoming.url === "/counts") {
    outgoing.writeHead(200, { "content-type": "application/json" });
    outgoing.end(JSON.stringify({ ...handler.stats(), refused }));
    return;
  }
  if (incoming.url?.startsWith("/warm/") === true)
    return void warm.handle(incoming, outgoing, incoming.url.slice("/warm".length));
  const wait = waitMs();
  if (wait === 0) return void handler.handle(incoming, outgoing);
  refused += 1;
  incoming.resume();
  const error = { message: "too many requests", type: "requests", code: "rate_limit_exceeded" };
  outgoing.writeHead(429, { "content-type": "application/json", "retry-after-ms": String(Math.ceil(wait)) });
  outgoing.end(JSON.stringify({ error }));
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
process.once("disconnect", () => process.exit(0));
