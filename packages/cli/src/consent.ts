import { CultivarError } from "@cultivar/core";
import type { Io } from "./io.ts";
import type { ReadyTarget } from "./ready-target.ts";

/**
 * Before a run that may cost money: yes by `--yes`, or by whoever sits at the terminal. Throws a `config` error when
 * nobody said yes. Simulated, recorded and free models ask nothing.
 */
export async function askConsent(
  io: Io,
  { name, paid }: Pick<ReadyTarget, "name" | "paid">,
  yes: boolean,
): Promise<void> {
  if (paid.length === 0 || yes) return;
  if (io.confirm === undefined) {
    throw new CultivarError(
      "config",
      `${name}: this run may cost money (${paid.join(", ")}) and nobody is here to confirm it; add --yes, or look at --dry-run first`,
    );
  }
  if (!(await io.confirm(`${name}: go on with ${paid.join(", ")}?`))) {
    throw new CultivarError(
      "config",
      `${name}: not confirmed, so no call was made; lower the budget in the config, or answer y`,
    );
  }
}
