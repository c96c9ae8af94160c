import type { Admission } from "./admission.ts";
import type { AskedRows } from "./asked-rows.ts";
import type { Embeddings } from "./embeddings.ts";
import type { Findings } from "./findings.ts";
import type { Proposers } from "./proposers.ts";
import type { RunSteps } from "./run-steps.ts";

/** What every ask of a run shares, whether it is made in a chain or not. */
export interface SharedParts {
  readonly admission: Admission;
  readonly steps: RunSteps;
  readonly asked: AskedRows;
  readonly found: Findings;
  readonly talk: Proposers;
  readonly vectors: Embeddings;
}
