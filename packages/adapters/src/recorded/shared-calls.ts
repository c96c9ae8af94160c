import type { GenerateOptions, Retry } from "@cultivar/core";

/** Joins the call that runs for `key`, or starts one. `aborted` makes the error of an asker whose signal fires. */
export type SharedCalls<T> = (
  key: string,
  asked: GenerateOptions,
  start: (options: GenerateOptions) => Promise<T>,
  aborted: (signal: AbortSignal) => Error,
) => Promise<T>;

interface Asker {
  readonly onRetry: GenerateOptions["onRetry"];
  /** Leaves the call, with this error. */
  readonly leave: (error: unknown) => void;
}

interface Call<T> {
  readonly result: Promise<T>;
  readonly askers: Set<Asker>;
  readonly stop: () => void;
}

/**
 * Shares one call among all who ask for the same while it runs. It is no single asker's: whoever aborts, or whose
 * `onRetry` rejects, leaves alone and at once. When all have left, the call is aborted, and no one joins it any more.
 */
export function sharedCalls<T>(): SharedCalls<T> {
  const calls = new Map<string, Call<T>>();
  const begin = (key: string, start: (options: GenerateOptions) => Promise<T>): Call<T> => {
    const control = new AbortController();
    const askers = new Set<Asker>();
    const onRetry = async (retry: Retry): Promise<void> => {
      for (const asker of askers) {
        try {
          await asker.onRetry?.(retry);
        } catch (error) {
          asker.leave(error);
        }
      }
    };
    const end = (): void => {
      if (calls.get(key) === call) calls.delete(key);
    };
    const stop = (): void => {
      end();
      control.abort();
    };
    const call: Call<T> = { result: start({ signal: control.signal, onRetry }), askers, stop };
    calls.set(key, call);
    call.result.then(end, end);
    return call;
  };
  return (key, asked, start, aborted) => join(calls.get(key) ?? begin(key, start), asked, aborted);
}

function join<T>(call: Call<T>, asked: GenerateOptions, aborted: (signal: AbortSignal) => Error): Promise<T> {
  const { signal, onRetry } = asked;
  return new Promise<T>((resolve, reject) => {
    const settle = (): void => {
      call.askers.delete(asker);
      signal?.removeEventListener("abort", abort);
    };
    const asker: Asker = {
      onRetry,
      leave: (error) => {
        settle();
        reject(error);
        if (call.askers.size === 0) call.stop();
      },
    };
    const abort = (): void => asker.leave(aborted(signal!));
    call.askers.add(asker);
    signal?.addEventListener("abort", abort, { once: true });
    call.result.then(resolve, reject).finally(settle);
  });
}
