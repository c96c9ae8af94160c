import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { artifactFrom, compile, printArtifact } from "@cultivar/core";
import { fileJournalStore, sqliteCache } from "@cultivar/core/node";
import { routeTicket, targetAt } from "./task.ts";

// Arguments: the run's folder, the server's URL. Leaves the artifact and the calls it sent in the folder.
const [folder, url] = process.argv.slice(2) as [string, string];
const sent: Record<string, string> = {};
const cache = sqliteCache({ file: join(folder, "cache.sqlite") });
const target = {
  ...targetAt(url, (key, line) => (sent[key] = line)),
  journal: fileJournalStore({ directory: join(folder, "runs") }),
  cache,
};

process.send!("started");
const result = await compile(routeTicket, target);
await cache.close?.();
writeFileSync(join(folder, "artifact.json"), printArtifact(artifactFrom(routeTicket, target, result)));
writeFileSync(join(folder, "sent.json"), JSON.stringify(sent));
process.send!({ orphans: result.orphans, evaluations: result.evaluations, calls: result.logical.calls });
process.disconnect();
