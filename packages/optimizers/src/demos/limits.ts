import { CultivarError } from "@cultivar/core";

/** Checks an option that counts things. Throws a `config` error unless it is a whole number of at least `least`. */
export function wholeNumber(where: string, option: string, value: number, least: number): number {
  if (Number.isInteger(value) && value >= least) return value;
  throw new CultivarError("config", `${where}: ${option} must be a whole number of at least ${least}, got ${value}`);
}
