import type { Candidate } from "@cultivar/core";
import { CultivarError } from "@cultivar/core";
import { describe, expect, test } from "vitest";
import { examples, oneModule, traceOf } from "../fixtures/fake-study.ts";
import type { Scripted } from "../fixtures/scripted-study.ts";
import { inFence, scriptedStudy } from "../fixtures/scripted-study.ts";
import type { RefusedText } from "../proposals/hygiene.ts";
import { overlong } from "../proposals/hygiene.ts";
import type { RewriteRule } from "./rewrite.ts";
import { plainText, wholeText } from "./rewrite.ts";

const train = examples(4);
const rows = train.slice(0, 2).map((example) => ({
  id: example.id,
  score: 0.25,
  trace: traceOf(example, 0),
  feedback: `Wrong for ${example.id}.`,
}));

async function rewritten(
  rule: RewriteRule,
  replies: readonly Scripted[],
  { refused = [], text = "Answer {q}." }: { readonly refused?: readonly RefusedText[]; readonly text?: string } = {},
) {
  const space = { ...oneModule, "m.instructions": { ...oneModule["m.instructions"]!, initial: text } };
  const study = scriptedStudy(replies, { train, space, val: ["secret val id"] });
  const candidate: Candidate = study.baseline;
  const found = await rule.rewrite({ study, id: "m.instructions", candidate, rows, refused });
  return { found, study, prompt: study.said(0)[0]! };
}

describe("the whole text anew", () => {
  test("is asked for with all that is known of the component, and of no row but those given", async () => {
    const { found, prompt } = await rewritten(wholeText(), [inFence("Better {q}.")]);
    expect(found).toEqual({ text: "Better {q}." });
    for (const part of [
      "fake [program]",
      "The text is the instructions of m. It guides the program as a whole.",
      "At present the text reads:\n\n```\nAnswer {q}.\n```",
      "### q\nin 0",
      "out 1, sample 0",
      "## Score\n0.25",
      "Wrong for r1.",
      "Scores go from 0, the worst, to 1, the best.",
      "- keep the placeholders {q} as they are;",
      "- write 8000 characters at most.",
      "a new version of the text",
    ])
      expect(prompt.replaceAll(/(?<=\w)\n(?=\w)/g, " ")).toContain(part.replaceAll(/(?<=\w)\n(?=\w)/g, " "));
    expect(prompt).not.toMatch(/in 2|in 3|secret|tried before/);
  });

  test("is tried again once, with what was wrong, and then given up", async () => {
    const { found, study } = await rewritten(wholeText(), [inFence("Lost."), inFence("Kept {q}.")]);
    expect(found).toEqual({ text: "Kept {q}." });
    expect(study.said(1).slice(1)).toEqual([
      inFence("Lost."),
      expect.stringMatching(/can't be taken: the text has lost the placeholders \{q\}\. .* between triple backticks/s),
    ]);
    const { found: none } = await rewritten(wholeText(), [inFence("Lost."), inFence("Answer {q}")]);
    expect(none).toEqual({
      rejected: "the text differs from the present one in punctuation, case or white space at most",
    });
  });

  test("shows the latest refused texts, by the lines that differ, and takes none of them again", async () => {
    const refused = ["One {q}.", "Answer {q}.\nTwo.", "Answer {q}.\nThree.", "Answer {q}.\nFour."].map((text, i) => ({
      text,
      why: `reason ${i}`,
    }));
    const { found, prompt } = await rewritten(wholeText(), [inFence("one {q}"), inFence("New {q}.")], { refused });
    expect(prompt).toContain("tried before");
    expect(prompt).toContain("not taken because: reason 3\n+ Four.");
    expect(prompt).toContain("reason 1\n+ Two.");
    expect(prompt).not.toContain("reason 0");
    expect(found).toEqual({ text: "New {q}." });
    const alone = await rewritten(wholeText({ memory: 0, retries: 0 }), [inFence("one {q}")], { refused });
    expect(alone.prompt).not.toContain("reason");
    expect(alone.found).toEqual({ rejected: expect.stringContaining("an earlier one (reason 0)") as string });
  });

  test("works for an empty instruction, and rejects an empty reply", async () => {
    const empty = await rewritten(wholeText(), [inFence("First.")], { text: "" });
    expect(empty.found).toEqual({ text: "First." });
    expect(empty.prompt).toContain("At present the text is empty:");
    expect((await rewritten(wholeText(), ["", inFence("")])).found).toEqual({ rejected: "the text is empty" });
  });

  test("a failing model is a rejection; the end of the run is not", async () => {
    const failing = await rewritten(wholeText(), [new CultivarError("timeout", "too slow")]);
    expect(failing.found).toEqual({ rejected: "the reflection model failed: too slow" });
    await expect(rewritten(wholeText(), [inFence("Lost."), new CultivarError("run-ended", "over")])).rejects.toThrow(
      "over",
    );
  });

  test("is named by all that changes it, and refuses options out of range", () => {
    const names = [
      wholeText(),
      plainText,
      wholeText({ retries: 2 }),
      wholeText({ memory: 0 }),
      wholeText({ checks: [overlong()] }),
    ];
    expect(new Set(names.map(({ name }) => name)).size).toBe(names.length);
    expect(() => wholeText({ retries: -1 })).toThrow(/gepa: retries of a rewrite must be a whole number of at least 0/);
    expect(() => wholeText({ memory: 0.5 })).toThrow(/memory of a rewrite/);
  });
});

describe("as published", () => {
  const refused = [{ text: "Known.", why: "reason" }];
  test.each<[what: string, Scripted, unknown]>([
    ["any new text", inFence("Lost."), { text: "Lost." }],
    ["one that was turned down", inFence("Known."), { text: "Known." }],
    ["one without thinking", `<think>hm</think>${inFence("New.")}`, { text: "New." }],
    ["not the same text", inFence("Answer {q}."), { rejected: "the text is unchanged" }],
    ["not a reply without a block", "New.", { rejected: "the reply holds no finished block between triple backticks" }],
    ["not a cut reply", { text: inFence("New."), finishReason: "length" }, { rejected: "the reply was cut off" }],
  ])("takes %s, in one call without memory", async (_, reply, found) => {
    const { found: got, study, prompt } = await rewritten(plainText, [reply], { refused });
    expect(got).toEqual(found);
    expect(study.requests).toHaveLength(1);
    expect(prompt).not.toContain("reason");
  });
});
