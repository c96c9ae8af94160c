import type { CallCase } from "./call-cases.ts";
import { callOf } from "./call-cases.ts";
import { inLanes, retainedHeap, timed } from "./measure.ts";

// Arguments: case, number of calls, and "memory" to measure what is left on the heap instead of time.
const [name, count, mode] = process.argv.slice(2);
const calls = Number(count);
const call = await callOf(name as CallCase);

if (mode === "memory") {
  await inLanes(5000, 64, call);
  const before = await retainedHeap();
  await inLanes(calls, 64, call);
  const after = await retainedHeap();
  process.stdout.write(JSON.stringify({ beforeBytes: before, afterBytes: after }));
} else {
  await inLanes(Math.min(calls, 4000), 64, call);
  await inLanes(Math.min(calls, 2000), 1, call);
  const sequential = await timed(calls, () => inLanes(calls, 1, call));
  const concurrent = await timed(calls, () => inLanes(calls, 64, call));
  process.stdout.write(JSON.stringify({ sequential, concurrent }));
}
