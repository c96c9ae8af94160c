import { parseSeeds } from "../flags.ts";
import type { RunSpec } from "./run-record.ts";

/** How large a comparison is, unless flags say otherwise. */
export interface Scale {
  readonly name: string;
  readonly rows: RunSpec["rows"];
  readonly budget: number;
  readonly seeds: readonly number[];
  readonly noise: readonly number[];
}

/** What the tables in the documentation are made with. */
export const full: Scale = {
  name: "full",
  rows: { train: 100, val: 50, test: 1000 },
  budget: 1000,
  seeds: parseSeeds("0..19"),
  noise: [0, 0.1],
};

/** A look at everything in five minutes on two cores. */
export const quick: Scale = {
  name: "quick",
  rows: { train: 60, val: 30, test: 300 },
  budget: 300,
  seeds: parseSeeds("0..2"),
  noise: [0],
};
