import type { Metric } from "../judging/metric.ts";
import type { Gateway } from "../programs/gateway.ts";
import type { Meter, Worst } from "../programs/meter.ts";
import type { AnyModule } from "../programs/module.ts";
import type { Candidate, Space } from "../values/component.ts";
import type { Drive } from "./drive.ts";
import type { AnyTarget, Fingerprint } from "./fingerprint.ts";
import type { Ledger } from "./ledger.ts";
import type { PreparedData } from "./prepare-data.ts";
import type { RunEvent } from "./result.ts";
import type { RowSource } from "./row-source.ts";

/** What a run sets up as it goes on. */
export interface RunHooks {
  afterRow: (key: string) => void;
  /** What is kept back for the final report. */
  aside: Worst;
}

/** Everything that stands around one run. */
export interface RunParts {
  readonly program: AnyModule;
  readonly target: AnyTarget;
  readonly name: string;
  readonly fingerprint: Fingerprint;
  readonly data: PreparedData;
  readonly space: Space;
  readonly metric: Metric<never, never>;
  readonly meter: Meter;
  readonly gateway: Gateway;
  readonly rows: RowSource;
  readonly ledger: Ledger;
  readonly drive: Drive;
  readonly emit: (event: RunEvent) => void;
  /** What else happens as each row is done. */
  readonly hooks: RunHooks;
  /** A candidate of the space, with what `vary` held still put back. */
  readonly complete: (candidate: Candidate) => Candidate;
}
