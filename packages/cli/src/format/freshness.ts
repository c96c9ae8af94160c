import type { Artifact } from "@cultivar/core";
import { scoreWithError } from "./quantities.ts";

/** What is said of an artifact that needs no compile. */
export function upToDateLines({ target, val, test }: Artifact, path: string, simulated: boolean): readonly string[] {
  const [name, scores] = test === undefined ? (["val", val] as const) : (["test", test] as const);
  const gain = scoreWithError(scores.difference, { signed: true });
  const models = simulated ? " (simulated models)" : "";
  return [
    `${target}: up to date, no call was made${models}`,
    `artifact  ${path} (${name} ${scoreWithError(scores.best)}, ${gain} over the baseline, n=${scores.difference.n})`,
  ];
}
