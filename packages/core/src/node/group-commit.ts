/** Where lines go. `write` has written all bytes, or rejects. */
export interface Sink {
  write(bytes: Uint8Array): Promise<void>;
  sync(): Promise<void>;
}

/** An append-only sink with one write and one sync for all lines that came in together. */
export interface GroupCommit {
  /** Resolves when the line is durable; in order. After one failure every append rejects with that failure. */
  append(line: string): Promise<void>;
  /** Resolves when nothing is waiting to be written; never rejects. */
  drain(): Promise<void>;
}

interface Group {
  readonly lines: string[];
  size: number;
  readonly written: PromiseWithResolvers<void>;
}

// Far from the longest string an engine can join; a write of this size takes milliseconds.
const maxGroupCharacters = 16 * 1024 * 1024;

/**
 * Group commit over `sink`: lines of one turn of the event loop, and lines that come while a write is under way, share
 * a write and a sync. A failed write is the last one: what stands half-written at the end is never written behind.
 * @param explain Turns what the sink threw into the error that appends reject with.
 */
export function groupCommit(sink: Sink, explain: (cause: unknown) => Error): GroupCommit {
  const queue: Group[] = [];
  let failure: Error | undefined;
  let running: Promise<void> | undefined;

  const commit = async (group: Group): Promise<void> => {
    if (failure === undefined) {
      try {
        await sink.write(Buffer.from(group.lines.join("")));
        await sink.sync();
        group.written.resolve();
        return;
      } catch (cause) {
        failure = explain(cause);
      }
    }
    group.written.reject(failure);
  };

  const run = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    for (let group = queue.shift(); group !== undefined; group = queue.shift()) await commit(group);
    running = undefined;
  };

  return {
    append(line) {
      if (failure !== undefined) return Promise.reject(failure);
      let group = queue.at(-1);
      if (group === undefined || group.size >= maxGroupCharacters) {
        group = { lines: [], size: 0, written: Promise.withResolvers() };
        queue.push(group);
      }
      group.lines.push(line);
      group.size += line.length;
      running ??= run();
      return group.written.promise;
    },
    drain: () => running ?? Promise.resolve(),
  };
}
