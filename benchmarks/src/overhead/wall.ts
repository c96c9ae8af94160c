import { fork } from "node:child_process";
import { join } from "node:path";
import { packageFolder, runChild } from "./child.ts";
import { figure } from "./measure.ts";
import type { Effort, Goal, Line, Section } from "./section.ts";
import { atMost } from "./section.ts";

/** Of the time that is simulated: a model that takes two seconds, and a small account. */
const latencyMs = 2000;
const requestsPerMinute = 200;
const tokensPerMinute = 60_000;
/** How much faster time runs. */
const factor = 20;
/** Calls that need each other's answers: a bootstrapped demo, its candidate on val, and the report on test. */
const depth = 3;

interface Scene {
  readonly name: string;
  /** Requests per minute above which the server answers 429; 0 for none. */
  readonly served: number;
  /** Rates told to the adapter; 0 for none. */
  readonly requests: number;
  readonly tokens: number;
  readonly concurrency: readonly number[];
}

const scenes: readonly Scene[] = [
  { name: "no limit", served: 0, requests: 0, tokens: 0, concurrency: [1, 16, 64] },
  { name: "rate told", served: requestsPerMinute, requests: requestsPerMinute, tokens: 0, concurrency: [16, 64] },
  { name: "rate met as 429", served: requestsPerMinute, requests: 0, tokens: 0, concurrency: [16, 64] },
  { name: "token rate told", served: 0, requests: 0, tokens: tokensPerMinute, concurrency: [64] },
];

/** What one compile took, in milliseconds of simulated time, and what the server saw of it. */
interface Compiled {
  readonly ms: number;
  /** Times of latency that its asks take one after the other, at its concurrency. */
  readonly waves: number;
  /** Of the compiling process alone, in real milliseconds. */
  readonly cpuMs: number;
  readonly counts: {
    readonly calls: number;
    readonly distinct: number;
    readonly refused: number;
    readonly inputTokens: number;
    readonly outputTokens: number;
  };
}

/** The least time that a compile can take, in milliseconds: the largest of what each limit asks for by itself. */
export function floorMs(
  used: { readonly calls: number; readonly tokens: number },
  limits: { readonly requestsPerMinute: number; readonly tokensPerMinute: number },
  depthMs: number,
): number {
  // Both buckets are full at the start, with a twelfth of a minute.
  const at = (amount: number, perMinute: number): number =>
    perMinute === 0 ? 0 : Math.max(0, 60_000 * (amount / perMinute - 1 / 12));
  return Math.max(at(used.calls, limits.requestsPerMinute), at(used.tokens, limits.tokensPerMinute), depthMs);
}

/**
 * Time of a compile against the floor max(calls / RPM, tokens / TPM, depth x latency), at several concurrencies, over
 * HTTP to a simulated model in another process; and against the passes that the optimizer makes one after the other. Time runs 20 times as fast, for the waits of the server and the adapter
 * alike; the CPU that they take does not, so that it weighs 20 times what it would.
 */
export async function wall({ quick }: Effort): Promise<Section> {
  const rows = quick ? 12 : 24;
  const candidates = quick ? 4 : 8;
  const lines: Line[] = [];
  const goals: Goal[] = [];
  for (const scene of scenes)
    for (const concurrency of scene.concurrency) {
      const { ms, waves, cpuMs, counts } = await compiled(scene, concurrency, rows, candidates);
      const used = { calls: counts.calls, tokens: counts.inputTokens + counts.outputTokens };
      const limits = { requestsPerMinute: scene.served, tokensPerMinute: scene.tokens };
      const floor = floorMs(used, limits, depth * latencyMs);
      const ownFloor = Math.max(floor, waves * latencyMs);
      const name = `${scene.name}, concurrency ${concurrency}`;
      const figures = {
        calls: counts.calls,
        "paid twice": counts.calls - counts.distinct,
        "429s": counts.refused,
        "floor s": floor / 1000,
        "measured s": ms / 1000,
        ratio: ms / floor,
        "floor of its passes s": ownFloor / 1000,
        "ratio to that": ms / ownFloor,
        "client CPU s": cpuMs / 1000,
      };
      lines.push({
        name,
        figures: Object.fromEntries(Object.entries(figures).map(([key, value]) => [key, figure([value])])),
      });
      if (scene.served > 0 || scene.tokens > 0)
        goals.push(atMost(`time over the floor, ${name}`, ms / floor, 1.25, "x"));
    }
  return {
    name: "wall-clock time of a compile against its floor, in simulated seconds",
    method: `randomSearch with ${candidates} random candidates on ${rows} rows a split of simulated ticket routing, ${latencyMs} ms latency, ${requestsPerMinute} requests or ${tokensPerMinute} tokens per minute where there is a limit, depth ${depth}; time runs ${factor} times as fast; built dist`,
    lines,
    goals,
  };
}

async function compiled(scene: Scene, concurrency: number, rows: number, candidates: number): Promise<Compiled> {
  const server = fork(
    join(packageFolder, "src", "overhead", "wall-server.ts"),
    [factor, latencyMs, scene.served].map(String),
    // The server is measured as built, too: without the conditions that this process was started with.
    { cwd: packageFolder, execArgv: [], stdio: ["ignore", "pipe", "inherit", "ipc"] },
  );
  try {
    const port = await new Promise<string>((resolve, reject) => {
      server.stdout!.once("data", (chunk: Buffer) => resolve(chunk.toString().trim()));
      server.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
    });
    const url = `http://127.0.0.1:${port}`;
    const args = [url, factor, concurrency, scene.requests, scene.tokens, rows, candidates];
    return await runChild<Compiled>("wall-child.ts", args);
  } finally {
    server.kill();
  }
}
