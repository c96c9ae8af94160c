import { CultivarError } from "@cultivar/core";
import { describe, expect, test } from "vitest";
import { examples, oneModule, traceOf } from "../fixtures/fake-study.ts";
import type { Edit } from "./edits.ts";
import { applyEdits, edits, editsIn } from "./edits.ts";
import type { Scripted } from "../fixtures/scripted-study.ts";
import { scriptedStudy } from "../fixtures/scripted-study.ts";

describe("edits of a text", () => {
  const text = "Answer.\nBe brief.\nBe brief in French.";
  test.each<[what: string, Edit[], after: string, before?: string]>([
    ["put one part for another", [{ find: "Answer", replace: "Reply" }], text.replace("Answer", "Reply")],
    ["take out", [{ find: "\nBe brief in French.", replace: "" }], "Answer.\nBe brief."],
    ["add a line", [{ append: "End." }], `${text}\nEnd.`],
    ["build on each other", [{ append: "Stop." }, { find: "Stop", replace: "End" }], `${text}\nEnd.`],
    [
      "are made letter by letter",
      [{ find: "Answer.", replace: "$& $1 (.*)" }],
      text.replace("Answer.", () => "$& $1 (.*)"),
    ],
    ["start an empty text", [{ append: "First." }, { append: "Then." }], "First.\nThen.", ""],
  ])("%s", (_, list, after, before = text) => expect(applyEdits(before, list)).toEqual({ text: after }));

  test.each<[what: string, Edit[], why: string, before?: string]>([
    [
      "of what is not there",
      [{ append: "x" }, { find: "answer", replace: "" }],
      'edit 2: "answer" does not occur in the text',
    ],
    [
      "of what is there twice",
      [{ find: "Be brief", replace: "" }],
      'edit 1: "Be brief" occurs 2 times; quote more of it',
    ],
    ["that overlap", [{ find: "aa", replace: "b" }], 'edit 1: "aa" occurs 2 times; quote more of it', "aaa"],
    [
      "of what an earlier one took",
      [
        { find: "Answer", replace: "" },
        { find: "Answer", replace: "x" },
      ],
      'edit 2: "Answer" does not occur in the text',
    ],
    ["of an empty text", [{ find: "a", replace: "b" }], 'edit 1: "a" does not occur in the text', ""],
    ["that leave nothing", [{ find: "a", replace: " " }], "the text is empty", "a"],
  ])("%s are refused", (_, list, why, before = text) => expect(applyEdits(before, list)).toEqual({ rejected: why }));
});

describe("the edits in a reply", () => {
  const list = [{ find: "a", replace: "b" }, { append: "Use ```js\n{x}\n```." }];
  const json = JSON.stringify({ edits: list });
  test.each([
    ["alone", json],
    ["in a block", `Here:\n\`\`\`json\n${json}\n\`\`\`\nDone.`],
    ["after words with braces", `I keep {name}. ${JSON.stringify({ edits: list }, undefined, 2)}`],
  ])("%s", (_, reply) => expect(editsIn(reply)).toEqual({ edits: list }));

  test.each([
    ["no JSON", /no JSON object/],
    ['{"edits": [}', /no JSON/],
    ['{"edits": []}', /not of the shape.*edits/],
    ['{"edits": [{"find": "", "replace": "x"}]}', /not of the shape.*edits\.0/],
    ['{"edits": [{"find": "a"}]}', /not of the shape/],
    ['{"edits": [{"append": "a", "__proto__": {}}]}', /__proto__.*not allowed/],
  ])("%s holds none", (reply, why) =>
    expect(editsIn(reply)).toEqual({ rejected: expect.stringMatching(why) as string }),
  );
});

describe("the rule", () => {
  const train = examples(2);
  const rows = train.map((example) => ({ id: example.id, score: 0, trace: traceOf(example, 0) }));
  const rewritten = async (
    replies: readonly Scripted[],
    options: Parameters<typeof edits>[0] = {},
    text = "Answer {q}.",
  ) => {
    const space = { ...oneModule, "m.instructions": { ...oneModule["m.instructions"]!, initial: text } };
    const study = scriptedStudy(replies, { train, space });
    const refused = [{ text: "Answer {q}.\nOld.", why: "no better" }];
    const found = await edits(options).rewrite({
      study,
      id: "m.instructions",
      candidate: study.baseline,
      rows,
      refused,
    });
    return { found, study };
  };
  const reply = (...list: readonly unknown[]): string => JSON.stringify({ edits: list });

  test("asks for JSON of a schema, and makes the edits", async () => {
    const { found, study } = await rewritten([reply({ find: "Answer", replace: "Reply to" }, { append: "Be brief." })]);
    expect(found).toEqual({ text: "Reply to {q}.\nBe brief." });
    const { output } = study.requests[0]!;
    expect(output).toMatchObject({ name: "edits", schema: { type: "object", required: ["edits"] } });
    for (const part of ["```\nAnswer {q}.\n```", "in 1", "exactly once", "keep the placeholders {q}", "+ Old."])
      expect(study.said(0)[0]).toContain(part);
  });

  test("tells a retry which edit can't be made, or what is wrong with the result; all or none is made", async () => {
    const first = reply({ append: "Be brief." }, { find: "Reply", replace: "x" });
    const { found, study } = await rewritten([first, reply({ append: "Be brief." })]);
    expect(found).toEqual({ text: "Answer {q}.\nBe brief." });
    expect(study.said(1)[2]).toMatch(/None of these edits was made: edit 2: "Reply" does not occur in the text\./);
    expect(study.requests[1]!.output).toEqual(study.requests[0]!.output);
    const lost = reply({ find: "{q}", replace: "it" });
    expect((await rewritten([lost, lost])).found).toEqual({ rejected: "the text has lost the placeholders {q}" });
    expect((await rewritten([lost], { retries: 0, checks: [] })).found).toEqual({ text: "Answer it." });
  });

  test("starts an empty text, and rejects an empty or a cut reply", async () => {
    expect((await rewritten([reply({ append: "First." })], {}, "")).found).toEqual({ text: "First." });
    expect((await rewritten([""], { retries: 0 })).found).toEqual({ rejected: "the reply is empty" });
    const cut = { text: reply({ append: "x" }), finishReason: "length" as const };
    expect((await rewritten([cut], { retries: 0 })).found).toEqual({ rejected: "the reply was cut off" });
  });

  test("a failing model is a rejection; the end of the run is not", async () => {
    const { found } = await rewritten([new CultivarError("rate-limit", "wait")]);
    expect(found).toEqual({ rejected: "the reflection model failed: wait" });
    await expect(rewritten([new CultivarError("run-ended", "over")])).rejects.toThrow("over");
  });
});
