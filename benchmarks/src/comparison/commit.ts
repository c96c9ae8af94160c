import { spawnSync } from "node:child_process";

/** The commit that is checked out, with "+" when files differ from it; undefined outside a repository. */
export function commitOf(): string | undefined {
  const git = (...args: readonly string[]): string | undefined => {
    const { status, stdout } = spawnSync("git", args, { cwd: import.meta.dirname, encoding: "utf8" });
    return status === 0 ? stdout.trim() : undefined;
  };
  const commit = git("rev-parse", "--short=12", "HEAD");
  return commit === undefined ? undefined : `${commit}${git("status", "--porcelain") === "" ? "" : "+"}`;
}
