import { fork } from "node:child_process";
import { join } from "node:path";
import { packageFolder, runChild } from "./child.ts";
import { httpCases } from "./http-cases.ts";
import type { Timing } from "./measure.ts";
import { figure } from "./measure.ts";
import type { Effort, Line, Section } from "./section.ts";
import { atMost } from "./section.ts";

/** As many as the adapter's own adaptive limit lets through at first, so that no case waits for it. */
const lanes = 16;

/** Starts the server in a process of its own. */
async function startServer(): Promise<{ readonly baseURL: string; stop(): void }> {
  const server = fork(join(packageFolder, "src", "overhead", "http-server.ts"), {
    execArgv: [],
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const port = await new Promise<string>((resolve, reject) => {
    server.stdout!.once("data", (chunk: Buffer) => resolve(chunk.toString().trim()));
    server.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
  });
  return { baseURL: `http://127.0.0.1:${port}/v1`, stop: () => server.kill() };
}

/** The client's CPU of the same request through the bare SDK, our adapter over that SDK, and predict over the adapter. */
export async function http({ quick }: Effort): Promise<Section> {
  const slices = quick ? 20 : 60;
  const calls = 150;
  const server = await startServer();
  try {
    const run = (inFlight: number) =>
      runChild<readonly (readonly Timing[])[]>("http-child.ts", [server.baseURL, slices, calls, inFlight]);
    const sequential = await run(1);
    const concurrent = await run(lanes);
    const of = (runs: typeof sequential, place: number, pick: (timing: Timing) => number) =>
      figure(runs.map((round) => pick(round[place]!)));
    const lines = httpCases.map((name, place): Line => ({
      name,
      figures: {
        "calls/s": of(sequential, place, (timing) => timing.callsPerSecond),
        "CPU us": of(sequential, place, (timing) => timing.cpuUsPerCall),
        [`calls/s at ${lanes}`]: of(concurrent, place, (timing) => timing.callsPerSecond),
        [`CPU us at ${lanes}`]: of(concurrent, place, (timing) => timing.cpuUsPerCall),
      },
    }));
    const bare = httpCases.indexOf("openai SDK");
    const predict = httpCases.indexOf("predict");
    const ratio = (runs: typeof sequential): number =>
      figure(runs.map((round) => round[predict]!.cpuUsPerCall / round[bare]!.cpuUsPerCall)).median;
    return {
      name: "one predict call over HTTP, tracing on, against the bare openai SDK",
      method: `${slices} rounds of ${calls} calls each, cases in turns within one process, server in another, built dist; CPU of the client alone; ratios are medians of per-round ratios`,
      lines,
      goals: [
        atMost("CPU over the bare SDK, sequential", ratio(sequential), 1.1, "x"),
        atMost(`CPU over the bare SDK, ${lanes} in flight`, ratio(concurrent), 1.1, "x"),
      ],
    };
  } finally {
    server.stop();
  }
}
