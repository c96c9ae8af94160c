import type { ErrorCode } from "@cultivar/core";
import { isCultivarError } from "@cultivar/core";

/** What the command says to the shell. */
export const exitCodes = {
  /** Done: improved, unchanged, up to date, or a plan shown. */
  ok: 0,
  /** `--check`: an artifact is missing, stale or edited. `runs resume`: the run's inputs have changed since. */
  stale: 1,
  /** The best so far was written, but a limit of money, calls, tokens or time ended the search or its test report. */
  budget: 3,
  /** Something the user wrote, or did not confirm: arguments, config, data, signature, metric, artifact. */
  config: 10,
  /** The provider: key, quota, unknown model, or no answer. */
  provider: 20,
  /** This machine: a full disk, a read-only folder, a damaged journal, a run that another process holds. */
  storage: 30,
  /** A bug, in this program or in a dependency. */
  unexpected: 70,
  /** Interrupted: the same command goes on where it stopped. */
  interrupted: 130,
} as const;

/** The lines of `--help` about exit codes. */
export const exitCodeHelp = `Exit codes:
  0    done: improved, unchanged or up to date
  1    compile --check: an artifact is missing, stale or edited by hand; runs resume: the inputs have changed
  3    budget.usd, calls, tokens or seconds ended the search or its report; the best so far was written
  10   arguments, config, data, signature, metric or artifact; or a paid run without --yes
  20   provider: key, quota, unknown model, no answer
  30   this machine: disk, folder, journal, or a run that another process holds
  70   unexpected error (a bug): run again with --debug
  130  interrupted; the same command resumes`;

const provider: readonly ErrorCode[] = [
  "auth",
  "quota",
  "unknown-model",
  "bad-request",
  "rate-limit",
  "transport",
  "timeout",
  "cassette",
];
const storage: readonly ErrorCode[] = ["journal", "locked", "storage"];

/** The exit code for a thrown value. */
export function exitCodeOf(error: unknown): number {
  if (!isCultivarError(error)) return exitCodes.unexpected;
  if (error.code === "aborted") return exitCodes.interrupted;
  if (error.code === "stale") return exitCodes.stale;
  if (error.code === "run-ended") return exitCodes.budget;
  if (provider.includes(error.code)) return exitCodes.provider;
  return storage.includes(error.code) ? exitCodes.storage : exitCodes.config;
}
