import { expect, test } from "vitest";
import { compile, start } from "./compile.ts";
import { eventStream } from "./event-stream.ts";
import { toy, toyTarget } from "./fixtures/toy-run.ts";

async function read(events: AsyncIterable<unknown>): Promise<number> {
  const seen: unknown[] = [];
  for await (const event of events) seen.push(event);
  return seen.length;
}

test("events come in order, and one that outdates the unread one before it takes its place", async () => {
  const events = eventStream<string>((next, unread) => next[0] === "p" && unread[0] === "p");
  for (const event of ["start", "p1", "p2", "new", "p3"]) events.push(event);
  events.close();
  const seen: string[] = [];
  for await (const event of events) seen.push(event);
  expect(seen).toEqual(["start", "p2", "new", "p3"]);
});

test("a second reader at the same time is told so, and the first one ends", async () => {
  const { events, result } = start(toy, toyTarget());
  const [first, second] = await Promise.allSettled([read(events), read(events)]);
  expect(first).toMatchObject({ status: "fulfilled" });
  expect((first as PromiseFulfilledResult<number>).value).toBeGreaterThan(3);
  expect(second).toMatchObject({ status: "rejected", reason: { code: "config" } });
  expect(String((second as PromiseRejectedResult).reason)).toContain("one reader at a time");
  expect(await result).toEqual(await compile(toy, toyTarget()));
});

test("a reader that stopped leaves the rest to the next one", async () => {
  const events = eventStream<number>();
  for (const event of [1, 2, 3]) events.push(event);
  for await (const event of events) {
    expect(event).toBe(1);
    break;
  }
  events.close();
  expect(await read(events)).toBe(2);
  expect(await read(events)).toBe(0);
});
