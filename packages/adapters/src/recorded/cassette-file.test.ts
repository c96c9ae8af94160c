import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LanguageModel, Request, Response } from "@cultivar/core";
import { textMessage } from "@cultivar/core";
import { scriptedModel } from "@cultivar/core/testing";
import * as fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import type { CassetteEntry, CassetteHeader } from "./cassette.ts";
import { cassetteFile } from "./cassette-file.ts";
import { recorded } from "./recorded.ts";

const folder = mkdtempSync(join(tmpdir(), "cassette-file-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
const newFile = (): string => join(folder, `${files++}.jsonl`);
const ask = (text: string): Request => ({ messages: [textMessage("user", text)] });
const header: CassetteHeader = {
  cassette: 1,
  provider: "p",
  modelId: "m",
  capabilities: { structuredOutput: true, tools: true, sampling: [], maxOutputTokens: 9 },
};
const entry = (text: string, reply = `reply to ${text}`): CassetteEntry => ({
  request: { ...ask(text), sample: 0 },
  response: { text: reply, usage: {}, finishReason: "stop", warnings: [] },
});
const model = (): LanguageModel => scriptedModel((request) => `reply to ${JSON.stringify(request.messages)}`);

describe("recorders that share a file", () => {
  test("keep each other's recordings, whoever writes when", async () => {
    const file = newFile();
    const [a, b] = [recorded({ file, mode: "auto", lm: model() }), recorded({ file, mode: "auto", lm: model() })];
    for (const text of ["one", "two", "three"]) await a.generate(ask(text));
    await b.generate(ask("four"));
    await a.generate(ask("five"));
    const replay = recorded({ file });
    for (const text of ["one", "two", "three", "four", "five"]) {
      expect((await replay.generate(ask(text))).text).toContain(text);
    }
    expect(readFileSync(file, "utf8").trimEnd().split("\n")).toHaveLength(6);
  });

  test("replay what another has recorded since they were made, instead of paying again", async () => {
    const file = newFile();
    let calls = 0;
    const lm = scriptedModel(() => `reply ${calls++}`);
    const [a, b] = [recorded({ file, mode: "auto", lm }), recorded({ file, mode: "auto", lm })];
    await a.generate(ask("one"));
    expect((await b.generate(ask("one"))).text).toBe("reply 0");
    expect(calls).toBe(1);
  });

  test("in several processes at once lose nothing", async () => {
    const file = newFile();
    const [processes, requests] = [4, 25];
    const children = Array.from({ length: processes }, (_, child) => recordInChild(file, child, requests));
    expect(await Promise.all(children)).toEqual(Array<string>(processes).fill("0 "));
    const replay = recorded({ file });
    for (let child = 0; child < processes; child++) {
      for (let at = 0; at < requests; at++) {
        const { text } = await replay.generate(ask(`${child}/${at}`));
        expect(text.startsWith(`reply to ${child}/${at} `)).toBe(true);
      }
    }
  });
});

/** Records in a process of its own, many requests in flight, replies of very different lengths. Exit code and stderr. */
async function recordInChild(file: string, child: number, requests: number): Promise<string> {
  const script = `
    const { recorded } = await import(${JSON.stringify(new URL("recorded.ts", import.meta.url).href)});
    const lm = { provider: "p", modelId: "m", capabilities: ${JSON.stringify(header.capabilities)}, generate: async (request) => {
      const { text } = request.messages[0].content[0];
      return { text: "reply to " + text + " " + "x".repeat(Number(text.split("/")[1]) ** 3), usage: {}, finishReason: "stop", warnings: [] };
    } };
    const model = recorded({ file: ${JSON.stringify(file)}, mode: "auto", lm });
    await Promise.all(Array.from({ length: ${requests} }, (_, at) =>
      model.generate({ messages: [{ role: "user", content: [{ type: "text", text: ${child} + "/" + at }] }] })));`;
  const args = ["--conditions=@cultivar/source", "--no-warnings", "--input-type=module", "--eval", script];
  const started = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
  let told = "";
  started.stderr.on("data", (chunk: Buffer) => (told += chunk.toString()));
  const [code] = (await once(started, "close")) as [number | null];
  return `${code} ${told}`;
}

describe("cassetteFile", () => {
  test("whatever writers do, and whichever crash in the middle of a line, every whole recording stays", async () => {
    const step = fc.record({
      writer: fc.nat(2),
      key: fc.nat(5),
      crash: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const file = newFile();
        const writers = [0, 1, 2].map(() => cassetteFile(file, false));
        const last = new Map<string, string>();
        for (const [at, { writer, key, crash }] of steps.entries()) {
          const next = entry(`key ${key}`, `reply ${at} ü`);
          if (crash === null) {
            await writers[writer]!.append(next, header, false);
            last.set(`key ${key}`, `reply ${at} ü`);
          } else {
            // As a process leaves it that is killed while it writes.
            const whole = Buffer.from(`${JSON.stringify(next)}\n`);
            const torn = whole.subarray(0, Math.floor(crash * (whole.length - 2)));
            const before = readBytes(file);
            if (before.length > 0 && before.at(-1) === 10) appendFileSync(file, torn);
          }
        }
        await writers[0]!.append(entry("end"), header, false);
        const read = cassetteFile(file, true);
        const texts = new Map(
          [...read.entries.values()].map(({ request, response }) => [askedText(request), response.text]),
        );
        expect(texts).toEqual(new Map([...last, ["end", "reply to end"]]));
      }),
      { numRuns: 60 },
    );
  });

  test("another's line that is only half written is not cut, and becomes whole", async () => {
    const file = newFile();
    const [a, b] = [cassetteFile(file, false), cassetteFile(file, false)];
    await a.append(entry("one"), header, false);
    const slow = `${JSON.stringify(entry("slow"))}\n`;
    appendFileSync(file, slow.slice(0, 40));
    await b.read();
    // The other's write ends before ours begins: the system keeps writes apart.
    appendFileSync(file, slow.slice(40));
    await b.append(entry("two"), header, false);
    expect([...cassetteFile(file, true).entries.values()].map(({ request }) => askedText(request))).toEqual([
      "one",
      "slow",
      "two",
    ]);
  });

  test("a line that runs into the tail of a crash is written again", async () => {
    const file = newFile();
    const [a, b] = [cassetteFile(file, false), cassetteFile(file, false)];
    await a.append(entry("one"), header, false);
    await b.read();
    let crashed = false;
    // The other process dies in the middle of its line after we looked and before we write.
    const crashing: CassetteHeader = {
      ...header,
      get modelId() {
        if (!crashed) appendFileSync(file, `{"request":{"messages":[`);
        crashed = true;
        return "m";
      },
    };
    await a.append(entry("two"), crashing, false);
    expect(crashed).toBe(true);
    await b.read();
    for (const each of [b, cassetteFile(file, true)]) {
      expect([...each.entries.values()].map(({ request }) => askedText(request))).toEqual(["one", "two"]);
    }
  });

  test("a file that was replaced or removed is read from its start", async () => {
    const file = newFile();
    const a = cassetteFile(file, false);
    await a.append(entry("a long line before"), header, false);
    rmSync(file);
    await a.append(entry("two"), header, false);
    expect(cassetteFile(file, true).entries.size).toBe(1);
    writeFileSync(file, `${JSON.stringify(header)}\n${JSON.stringify(entry("x".repeat(999)))}\n`);
    await a.append(entry("three"), header, false);
    expect(cassetteFile(file, true).entries.size).toBe(2);
  });

  test("damage that no crash makes is said, with its line", async () => {
    const file = newFile();
    const a = cassetteFile(file, false);
    await a.append(entry("one"), header, false);
    appendFileSync(file, `{"request":\n${JSON.stringify(entry("two"))}\n`);
    const wrong = expect.stringMatching(/:3: expected a header or/) as string;
    await expect(a.read()).rejects.toMatchObject({ code: "cassette", message: wrong });
    expect(() => cassetteFile(file, true)).toThrow(/:3: expected a header or/);
  });
});

function askedText(request: Request): string {
  const part = request.messages[0]!.content[0]!;
  return part.type === "text" ? part.text : "";
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    return Buffer.alloc(0);
  }
}

describe("one call for equal requests in flight", () => {
  /** A model whose calls end when told. */
  function held() {
    const calls: { signal: AbortSignal | undefined; end: () => void; retry: () => Promise<void> | void }[] = [];
    const lm: LanguageModel = {
      ...model(),
      generate: (_request, options = {}) =>
        new Promise<Response>((resolve, reject) => {
          const { signal } = options;
          signal?.addEventListener("abort", () => reject(new Error("stopped")));
          const end = (): void => resolve(entry("x").response);
          const error = new Error("again");
          calls.push({ signal, end, retry: () => options.onRetry?.({ attempt: 1, delayMs: 0, error }) });
        }),
    };
    const started = async (count: number): Promise<void> => {
      while (calls.length < count) await new Promise((resolve) => setTimeout(resolve, 1));
    };
    return { lm, calls, started };
  }

  test("an asker who aborts leaves alone, and the others get the reply", async () => {
    const { lm, calls, started } = held();
    const recorder = recorded({ file: newFile(), mode: "auto", lm });
    const [first, second] = [new AbortController(), new AbortController()];
    const a = recorder.generate(ask("q"), { signal: first.signal });
    const b = recorder.generate(ask("q"));
    const c = recorder.generate(ask("q"), { signal: second.signal });
    await started(1);
    first.abort();
    await expect(a).rejects.toMatchObject({ code: "aborted" });
    second.abort();
    await expect(c).rejects.toMatchObject({ code: "aborted" });
    expect(calls[0]!.signal?.aborted).toBe(false);
    calls[0]!.end();
    expect((await b).text).toBe("reply to x");
    expect(calls).toHaveLength(1);
  });

  test("when all have aborted the call is stopped, and the next asker starts another", async () => {
    const { lm, calls, started } = held();
    const recorder = recorded({ file: newFile(), mode: "auto", lm });
    const control = new AbortController();
    const asked = [1, 2].map(() => recorder.generate(ask("q"), { signal: control.signal }));
    await started(1);
    control.abort();
    for (const each of asked) await expect(each).rejects.toMatchObject({ code: "aborted" });
    expect(calls[0]!.signal?.aborted).toBe(true);
    const next = recorder.generate(ask("q"));
    await started(2);
    calls[1]!.end();
    expect((await next).text).toBe("reply to x");
  });

  test("an asker whose budget allows no retry leaves alone", async () => {
    const { lm, calls, started } = held();
    const recorder = recorded({ file: newFile(), mode: "auto", lm });
    const a = recorder.generate(ask("q"), { onRetry: () => Promise.reject(new Error("budget used up")) });
    const b = recorder.generate(ask("q"));
    await started(1);
    const refused = a.catch((error: unknown) => String(error));
    await calls[0]!.retry();
    expect(await refused).toBe("Error: budget used up");
    calls[0]!.end();
    expect((await b).text).toBe("reply to x");
  });
});
