import type { Example, Request, Row } from "@cultivar/core";
import { CultivarError, textOf } from "@cultivar/core";
import { describe, expect, test } from "vitest";
import { examples, fakeStudy, traceOf } from "../fixtures/fake-study.ts";
import { fencedText, reflect } from "./reflect.ts";

describe("the text in a reply", () => {
  test.each([
    ["```\nNew text.\n```", "New text."],
    ["Here it is:\n```text\nNew text.\n```\nDone.", "New text."],
    ["```\nUse `a`:\n```js\nx\n```\nas shown.\n```", "Use `a`:\n```js\nx\n```\nas shown."],
    ["```New text.```", "New text."],
    ["no block", undefined],
    ["```\ncut off in the mid", undefined],
    ["```\n```", undefined],
  ])("%j gives %j", (reply, text) => expect(fencedText(reply)).toBe(text));
});

const train = examples(3);
const rows = (more: (example: Example) => Partial<Row> = () => ({})): readonly Row[] =>
  train.map((example) => ({ id: example.id, score: 0, trace: traceOf(example, 0), ...more(example) }));

async function asked(
  given: readonly Row[],
  reply = "```\nBetter.\n```",
  finishReason: "stop" | "length" = "stop",
): Promise<{ readonly prompt: string; readonly rewrite: unknown }> {
  const requests: Request[] = [];
  const study = {
    ...fakeStudy({ train }),
    generate: (_role: string, request: Request) => {
      requests.push(request);
      return Promise.resolve({ text: reply, usage: {}, finishReason, warnings: [] });
    },
  };
  const rewrite = await reflect(study, "m.instructions", study.baseline, given);
  return { prompt: textOf(requests[0]!.messages[0]!), rewrite };
}

describe("a reflection", () => {
  test("shows the text, its role, and of each row what its module got, gave and was told", async () => {
    const { prompt, rewrite } = await asked(rows(() => ({ feedback: "Say it in French.", score: 0.5 })));
    expect(rewrite).toEqual({ text: "Better." });
    for (const part of [
      "the instructions of m",
      "```\nAnswer.\n```",
      "in 1",
      "out 2, sample 0",
      "0.5",
      "Say it in French.",
    ])
      expect(prompt).toContain(part);
    expect(prompt).not.toContain("Expected of the program");
  });

  test("prefers what was said of the module, and shows the label where nothing was said", async () => {
    const own = await asked(rows(() => ({ feedback: "of all", byModule: { m: "of m alone", n: "of n" } })));
    expect(own.prompt).toContain("of m alone");
    expect(own.prompt).not.toMatch(/of all|of n/);
    const silent = await asked(rows());
    expect(silent.prompt).toContain("## Expected of the program\n### a\nout 0");
  });

  test.each([
    ["a cut reply", "```\nBetter.\n```", "length", "cut off"],
    ["no block", "Better.", "stop", "no finished block"],
    ["the same text", "```\nAnswer.\n```", "stop", "unchanged"],
  ] as const)("%s is no text", async (_, reply, finishReason, why) => {
    expect((await asked(rows(), reply, finishReason)).rewrite).toEqual({
      rejected: expect.stringContaining(why) as string,
    });
  });

  test("a failing model is a rejected proposal; the end of the run is not", async () => {
    const failing = (code: "transport" | "run-ended") => ({
      ...fakeStudy({ train }),
      generate: () => Promise.reject(new CultivarError(code, "gone")),
    });
    const study = failing("transport");
    expect(await reflect(study, "m.instructions", study.baseline, rows())).toEqual({
      rejected: "the reflection model failed: gone",
    });
    await expect(reflect(failing("run-ended"), "m.instructions", study.baseline, rows())).rejects.toThrow("gone");
  });
});
