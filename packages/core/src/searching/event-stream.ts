/** A queue of events that one reader iterates while it fills; ends when closed. Unread events wait in memory. */
export interface EventStream<T> extends AsyncIterable<T> {
  push(event: T): void;
  close(): void;
}

export function eventStream<T>(): EventStream<T> {
  const waiting: T[] = [];
  let wake: (() => void) | undefined;
  let closed = false;
  const ring = (): void => {
    wake?.();
    wake = undefined;
  };
  return {
    push(event) {
      waiting.push(event);
      ring();
    },
    close() {
      closed = true;
      ring();
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        while (waiting.length > 0) yield waiting.shift()!;
        if (closed) return;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}
