import { messageOf } from "@cultivar/core";
import type { Arena } from "./arena.ts";
import { arena } from "./arena.ts";
import { everyone } from "./contestants.ts";
import type { Answer } from "./pool.ts";
import { runOne } from "./run-one.ts";
import type { RunSpec } from "./run-record.ts";

// A process of the pool: gets one spec at a time, answers with its outcome or its error.
const arenas = new Map<string, Arena>();

process.on("message", (spec: RunSpec) => {
  const found = arenas.get(spec.world) ?? arena(spec.world);
  arenas.set(spec.world, found);
  runOne(found, everyone[spec.optimizer]!, spec).then(
    (outcome) => answer({ outcome }),
    (error: unknown) => answer({ error: messageOf(error) }),
  );
});

// whoever waits for answers may be gone, which a run that leaves no turn to events finds out when it answers
process.on("disconnect", () => process.exit());

function answer(found: Answer): void {
  process.send!(found, undefined, undefined, (error) => {
    if (error !== null) process.exit();
  });
}
