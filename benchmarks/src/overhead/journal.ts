import { runChild } from "./child.ts";
import { figure } from "./measure.ts";
import type { Effort, Section } from "./section.ts";
import { atLeast, atMost } from "./section.ts";

interface JournalRun {
  /** By the number of appends in flight. */
  readonly perSecond: Readonly<Record<string, number>>;
  readonly replayMs: number;
}

const lanes = [16, 64, 256, 20_000] as const;

/** Records a second that the file journal makes durable, each awaited by whoever appended it; and reading them back. */
export async function journal({ quick }: Effort): Promise<Section> {
  const rounds = quick ? 3 : 7;
  const replayed = 10_000;
  const runs: JournalRun[] = [];
  for (let round = 0; round < rounds; round++)
    runs.push(await runChild<JournalRun>("journal-child.ts", [20_000, replayed, ...lanes]));
  const of = (pick: (run: JournalRun) => number) => figure(runs.map(pick));
  return {
    name: "file journal",
    method: `${rounds} fresh processes, 20,000 records of about 350 bytes, each append awaited until it is synced; built dist`,
    lines: [
      ...lanes.map((count) => ({
        name: `append, ${count} in flight`,
        figures: { "records/s": of(({ perSecond }) => perSecond[count]!) },
      })),
      { name: `read back ${replayed}`, figures: { ms: of(({ replayMs }) => replayMs) } },
    ],
    goals: [
      atLeast("records/s, 256 in flight", of(({ perSecond }) => perSecond[256]!).median, 20_000, ""),
      atMost(`replay of ${replayed} records`, of(({ replayMs }) => replayMs).median, 1000, "ms"),
    ],
  };
}
