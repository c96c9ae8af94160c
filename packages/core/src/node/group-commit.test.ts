import { describe, expect, test } from "vitest";
import { groupCommit } from "./group-commit.ts";
import type { Sink } from "./group-commit.ts";

/** A sink in memory that fails at its Nth operation, half of the bytes written. */
function memorySink(failAt = Infinity): Sink & { readonly text: () => string; readonly log: string[]; synced: number } {
  let text = "";
  let operations = 0;
  const sink = {
    log: [] as string[],
    synced: 0,
    text: () => text,
    async write(bytes: Uint8Array) {
      await Promise.resolve();
      sink.log.push("write");
      const piece = Buffer.from(bytes).toString();
      if (++operations >= failAt) {
        text += piece.slice(0, piece.length >> 1);
        throw new Error("EIO");
      }
      text += piece;
    },
    async sync() {
      await Promise.resolve();
      sink.log.push("sync");
      if (++operations >= failAt) throw new Error("EIO");
      sink.synced = text.length;
    },
  };
  return sink;
}

describe("groupCommit", () => {
  test("writes what came in one turn with one write and one sync", async () => {
    const sink = memorySink();
    const lines = groupCommit(sink, (cause) => cause as Error);
    const appended = Array.from({ length: 100 }, (_, i) => lines.append(`${i}\n`));
    await Promise.resolve();
    appended.push(lines.append("last\n"));
    await Promise.all(appended);
    expect(sink.log).toEqual(["write", "sync"]);
    expect(sink.text().split("\n")).toHaveLength(102);
  });

  test("resolves no append before its line is synced", async () => {
    const sink = memorySink();
    const lines = groupCommit(sink, (cause) => cause as Error);
    const early: number[] = [];
    let length = 0;
    const lane = async (n: number): Promise<void> => {
      for (let i = 0; i < 50; i++) {
        const line = `${n}.${i}\n`;
        length += line.length;
        const end = length;
        await lines.append(line);
        if (sink.synced < end) early.push(end);
      }
    };
    await Promise.all([1, 2, 3, 4, 5].map(lane));
    await lines.drain();
    expect(early).toEqual([]);
    expect(sink.text()).toHaveLength(length);
  });

  test.each(Array.from({ length: 12 }, (_, i) => i + 1))("writes nothing after operation %i failed", async (failAt) => {
    const sink = memorySink(failAt);
    const lines = groupCommit(sink, (cause) => new Error("explained", { cause }));
    const results: string[] = [];
    for (let i = 0; i < 8; i++) {
      const pair = await Promise.allSettled([lines.append(`${i}a\n`), lines.append(`${i}b\n`)]);
      results.push(...pair.map((result) => (result.status === "fulfilled" ? "ok" : String(result.reason))));
    }
    const whole = Math.ceil(failAt / 2) - 1;
    expect(results).toEqual([...Array(2 * whole).fill("ok"), ...Array(16 - 2 * whole).fill("Error: explained")]);
    expect(sink.log).toHaveLength(failAt);
    await lines.drain();
  });

  test("rejects lines that waited behind a failing write", async () => {
    const sink = memorySink(1);
    const lines = groupCommit(sink, (cause) => cause as Error);
    const first = lines.append("a\n");
    const failed = first.catch((error: unknown) => String(error));
    await new Promise((resolve) => setImmediate(resolve));
    await expect(lines.append("b\n")).rejects.toThrow("EIO");
    expect(await failed).toBe("Error: EIO");
    expect(sink.text()).toBe("a");
  });
});
