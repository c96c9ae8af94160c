import { randomUUID } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { systemCode } from "./storage-error.ts";

/** Who holds something: one process, told apart from a later one that got the same pid. */
export interface Owner {
  readonly pid: number;
  readonly host: string;
  /** Unique per holding, so that no two holdings are ever mixed up. */
  readonly token: string;
  /** When the process started, in clock ticks since boot; undefined where the system does not say (no /proc). */
  readonly start?: string;
  /** Which boot of the machine that was. */
  readonly boot?: string;
  /** The pid namespace (container) that `pid` counts in. */
  readonly space?: string;
}

function quietly<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** State letter and start time of a process, from /proc; undefined when it is not there. */
function processStat(pid: number): { readonly state: string; readonly start: string } | undefined {
  const text = quietly(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  if (text === undefined) return undefined;
  // The second field is the program's name in parentheses and may itself hold spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, start] = [fields[0], fields[19]];
  return state === undefined || start === undefined ? undefined : { state, start };
}

/** This process as an owner, with a token of its own for each call. */
export function currentOwner(): Owner {
  const start = processStat(process.pid)?.start;
  const boot = quietly(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
  const space = quietly(() => readlinkSync("/proc/self/ns/pid"));
  return {
    pid: process.pid,
    host: hostname(),
    token: randomUUID(),
    ...(start !== undefined && { start }),
    ...(boot !== undefined && { boot }),
    ...(space !== undefined && { space }),
  };
}

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) !== "ESRCH";
  }
}

/**
 * Whether an owner still runs. `unknown` when it cannot be told from here: another machine, or another container on
 * this one. A killed process that its parent has not collected yet (a zombie) is dead.
 */
export function ownerState(owner: Owner): "alive" | "dead" | "unknown" {
  const here = currentOwner();
  // One boot is one machine, whatever it is called now: host names change while machines run.
  if (owner.boot === undefined || owner.boot !== here.boot) {
    if (owner.host !== here.host) return "unknown";
    if (owner.boot !== undefined && here.boot !== undefined) return "dead";
  }
  if (owner.space !== here.space) return "unknown";
  const stat = processStat(owner.pid);
  // A /proc that hides other users' processes looks like one without them: ask the kernel in another way.
  if (stat === undefined) return answersSignals(owner.pid) ? "alive" : "dead";
  if (stat.state === "Z" || stat.state === "X") return "dead";
  return owner.start === undefined || owner.start === stat.start ? "alive" : "dead";
}

/** An owner as one line of text. */
export function encodeOwner(owner: Owner): string {
  return JSON.stringify(owner);
}

/** The owner in a text; undefined when it holds none. Only the fields of an owner are taken over. */
export function decodeOwner(text: string): Owner | undefined {
  const value = quietly(() => JSON.parse(text) as Record<string, unknown> | null);
  if (typeof value !== "object" || value === null) return undefined;
  const { pid, host, token, start, boot, space } = value;
  if (!Number.isSafeInteger(pid) || (pid as number) < 1 || typeof host !== "string") return undefined;
  if (typeof token !== "string" || !/^[0-9a-f-]{36}$/.test(token)) return undefined;
  return {
    pid: pid as number,
    host,
    token,
    ...(typeof start === "string" && { start }),
    ...(typeof boot === "string" && { boot }),
    ...(typeof space === "string" && { space }),
  };
}
