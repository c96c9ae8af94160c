// The app: imports the artifact that `npm run compile` wrote, and answers questions with it.
/* oxlint-disable no-console -- an app may print */
import { existsSync, readFileSync } from "node:fs";
import { isCultivarError, load } from "@cultivar/core";
import { chooseModels } from "./models.ts";
import { archive } from "./program.ts";

async function main(): Promise<void> {
  const file = new URL("archive.cultivar.json", import.meta.url);
  const compiled = existsSync(file);
  const answer = archive.with({
    models: chooseModels(),
    ...(compiled && { candidate: load(archive, JSON.parse(readFileSync(file, "utf8"))) }),
  });
  const questions = [
    "Which river flows through the town where Ilse Vale was born?",
    "What is the museum called in the birthplace of Professor Simon Marsh?",
    "Who is mayor of the town where Jean-Luc Vale was born?",
  ];
  console.log(compiled ? "with archive.cultivar.json" : "not compiled yet: npm run compile");
  for (const question of questions) console.log(JSON.stringify({ question, ...(await answer({ question })) }));
}

await main().catch((error: unknown) => {
  if (!isCultivarError(error)) throw error;
  console.error(`error (${error.code})  ${error.message}`);
  process.exitCode = 1;
});
