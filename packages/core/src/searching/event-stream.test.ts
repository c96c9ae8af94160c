import { expect, test } from "vitest";
import { eventStream } from "./event-stream.ts";

test("events come in order, and one that outdates the unread one before it takes its place", async () => {
  const events = eventStream<string>((next, unread) => next[0] === "p" && unread[0] === "p");
  for (const event of ["start", "p1", "p2", "new", "p3"]) events.push(event);
  events.close();
  const seen: string[] = [];
  for await (const event of events) seen.push(event);
  expect(seen).toEqual(["start", "p2", "new", "p3"]);
});
