/** CPU and wall time of some calls. */
export interface Timing {
  readonly calls: number;
  readonly callsPerSecond: number;
  /** User plus system time of the whole process, in microseconds. */
  readonly cpuUsPerCall: number;
}

/** A figure over repeated runs: its median, and the smallest and largest run. */
export interface Figure {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly n: number;
}

/** Median, spread and count of a list with at least one number. */
export function figure(values: readonly number[]): Figure {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { median, min: sorted[0]!, max: sorted.at(-1)!, n: sorted.length };
}

/** Runs `call` for 0 to `calls` - 1 with `lanes` of them in flight. */
export async function inLanes(calls: number, lanes: number, call: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < calls) await call(next++);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** What `work` took, over `calls` calls. */
export async function timed(calls: number, work: () => Promise<unknown>): Promise<Timing> {
  const cpu = process.cpuUsage();
  const began = performance.now();
  await work();
  const seconds = (performance.now() - began) / 1000;
  const used = process.cpuUsage(cpu);
  return { calls, callsPerSecond: calls / seconds, cpuUsPerCall: (used.user + used.system) / calls };
}

/** Heap in use after full collections, in bytes. Needs --expose-gc. */
export async function retainedHeap(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    globalThis.gc!();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return process.memoryUsage().heapUsed;
}
