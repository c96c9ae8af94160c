import { httpCallOf, httpCases } from "./http-cases.ts";
import type { Timing } from "./measure.ts";
import { inLanes, timed } from "./measure.ts";

// Arguments: base URL, slices, calls per slice, calls in flight. All cases take turns in short slices of one process, so
// that a busy spell of the machine falls on all of them alike.
const [baseURL, ...numbers] = process.argv.slice(2);
const [slices, calls, lanes] = numbers.map(Number) as [number, number, number];
const callsOf = await Promise.all(httpCases.map((name) => httpCallOf(name, baseURL!)));

// Long enough for the engine to compile what a call runs: the SDK's code is warmed by every case, ours by its own alone.
const warmUpCalls = 4000;
for (const call of callsOf) await inLanes(warmUpCalls, lanes, call);
const rounds: Timing[][] = [];
for (let slice = 0; slice < slices; slice++) {
  const round: Timing[] = [];
  for (let turn = 0; turn < httpCases.length; turn++) {
    // Every case follows every other one as often: what one leaves for the collector is no one's disadvantage.
    const place = (slice % 2 === 0 ? turn + slice : slice - turn + httpCases.length) % httpCases.length;
    round[place] = await timed(calls, () => inLanes(calls, lanes, callsOf[place]!));
  }
  rounds.push(round);
}
process.stdout.write(JSON.stringify(rounds));
process.exit(0);
