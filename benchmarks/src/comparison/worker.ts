import { messageOf } from "@cultivar/core";
import type { Arena } from "./arena.ts";
import { arena } from "./arena.ts";
import { contestants } from "./contestants.ts";
import { runOne } from "./run-one.ts";
import type { RunSpec } from "./run-record.ts";

// A process of the pool: gets one spec at a time, answers with its outcome or its error.
const arenas = new Map<string, Arena>();

process.on("message", (spec: RunSpec) => {
  const found = arenas.get(spec.world) ?? arena(spec.world);
  arenas.set(spec.world, found);
  runOne(found, contestants[spec.optimizer]!, spec).then(
    (outcome) => process.send!({ outcome }),
    (error: unknown) => process.send!({ error: messageOf(error) }),
  );
});

// whoever waited for the answer is gone
process.on("disconnect", () => process.exit());
