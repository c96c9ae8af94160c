// The app: imports the artifact that `npm run compile` wrote, and routes tickets with it.
/* oxlint-disable no-console -- an app may print */
import { existsSync, readFileSync } from "node:fs";
import { isCultivarError, load } from "@cultivar/core";
import { chooseModels } from "./models.ts";
import { routeTicket } from "./program.ts";

async function main(): Promise<void> {
  const file = new URL("routeTicket.cultivar.json", import.meta.url);
  const compiled = existsSync(file);
  const route = routeTicket.with({
    models: chooseModels(),
    ...(compiled && { candidate: load(routeTicket, JSON.parse(readFileSync(file, "utf8"))) }),
  });
  const tickets = [
    "Hello, I was charged twice for March. Please help, Ana",
    "Hi, my profile picture is gone. This is outrageous! Regards, Tom",
    "Our lawyer asks which personal data of ours you keep. Best, Kim",
  ];
  console.log(compiled ? "with routeTicket.cultivar.json" : "not compiled yet: npm run compile");
  for (const ticket of tickets) console.log(JSON.stringify({ ticket, ...(await route({ ticket })) }));
}

await main().catch((error: unknown) => {
  if (!isCultivarError(error)) throw error;
  console.error(`error (${error.code})  ${error.message}`);
  process.exitCode = 1;
});
