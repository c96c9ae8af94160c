import { serveSimulated } from "@cultivar/adapters/simulated-server";
import { latencyMs, malformed, worldSeed } from "./task.ts";

// Argument: the ledger's file. Says its URL, and ends with the process that started it.
const server = await serveSimulated({
  world: "ticket-routing",
  port: 0,
  latencyMs,
  malformed,
  seed: worldSeed,
  ledger: process.argv[2]!,
});
process.send!(server.url);
process.once("disconnect", () => process.exit(0));
