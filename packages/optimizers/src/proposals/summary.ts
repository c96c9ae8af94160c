import type { Study } from "@cultivar/core";
import { describeSketch } from "@cultivar/core";
import { ask } from "./ask.ts";
import { rowText } from "./examples-text.ts";
import { summaryPrompt } from "./prompts.ts";

/** Characters of a summary that later prompts show. */
const longest = 2000;

/**
 * What up to `count` train rows (default 12) are like, in the words of `models.reflect`: one call, none without rows. "" where it has
 * nothing to say or fails. The rows are drawn by the run's seed.
 */
export async function dataSummary(study: Study, count = 12): Promise<string> {
  const rows = study.rng("proposals/summary").sample(study.train, count);
  if (rows.length === 0) return "";
  const shown = rows.map((example, i) => rowText(example, i + 1)).join("\n\n");
  const found = await ask(study, {
    prompt: summaryPrompt(describeSketch(study.sketch), shown),
    retries: 0,
    again: (why) => why,
    read: (answer) => ({ text: answer.trim() }),
  });
  return "text" in found ? found.text.slice(0, longest) : "";
}
