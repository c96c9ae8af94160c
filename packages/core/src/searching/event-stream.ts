import { CultivarError } from "../ground/errors.ts";

/**
 * A queue of events that one reader at a time iterates while it fills; ends when closed. Unread events wait in memory.
 * A second reader gets a `config` error: the two would take each other's events.
 */
export interface EventStream<T> extends AsyncIterable<T> {
  push(event: T): void;
  close(): void;
}

/** `outdates` says that an unread event tells nothing more once `next` has come: progress, say. */
export function eventStream<T>(outdates: (next: T, unread: T) => boolean = () => false): EventStream<T> {
  const waiting: T[] = [];
  let wake: (() => void) | undefined;
  let closed = false;
  let reading = false;
  const ring = (): void => {
    wake?.();
    wake = undefined;
  };
  return {
    push(event) {
      const unread = waiting.at(-1);
      if (unread !== undefined && outdates(event, unread)) waiting.pop();
      waiting.push(event);
      ring();
    },
    close() {
      closed = true;
      ring();
    },
    async *[Symbol.asyncIterator]() {
      if (reading)
        throw new CultivarError(
          "config",
          "events: expected one reader at a time, got a second one; read them once, and hand each event on",
        );
      reading = true;
      try {
        for (;;) {
          while (waiting.length > 0) yield waiting.shift()!;
          if (closed) return;
          await new Promise<void>((resolve) => (wake = resolve));
        }
      } finally {
        reading = false;
      }
    },
  };
}
