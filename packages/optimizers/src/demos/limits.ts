import { CultivarError } from "@cultivar/core";

/** Checks an option that counts things. Throws a `config` error unless it is a whole number of at least `least`. */
export function wholeNumber(where: string, option: string, value: number, least: number): number {
  if (Number.isInteger(value) && value >= least) return value;
  throw new CultivarError("config", `${where}: ${option} must be a whole number of at least ${least}, got ${value}`);
}

/** Checks an option that measures something. Throws a `config` error unless it is a number from `least` to `most`. */
export function numberFrom(
  where: string,
  option: string,
  value: number,
  least: number,
  most: number = Number.MAX_VALUE,
): number {
  if (value >= least && value <= most) return value;
  const range = most === Number.MAX_VALUE ? `at least ${least}` : `from ${least} to ${most}`;
  throw new CultivarError("config", `${where}: ${option} must be a number ${range}, got ${value}`);
}
