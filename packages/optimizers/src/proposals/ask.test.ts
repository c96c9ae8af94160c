import { CultivarError } from "@cultivar/core";
import { describe, expect, test } from "vitest";
import { scriptedStudy } from "../fixtures/scripted-study.ts";
import { ask } from "./ask.ts";

describe("a question", () => {
  const question = (retries: number) => ({
    prompt: "What?",
    retries,
    again: (why: string) => `Again: ${why}`,
    read: (answer: string) => (answer.startsWith("good") ? { text: answer } : { rejected: `${answer} is bad` }),
  });

  test("is asked again in the same conversation, with what was wrong", async () => {
    const study = scriptedStudy(["one", "good two"]);
    expect(await ask(study, question(1))).toEqual({ text: "good two" });
    expect(study.said(0)).toEqual(["What?"]);
    expect(study.said(1)).toEqual(["What?", "one", "Again: one is bad"]);
    expect(study.requests[1]!.messages.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
  });

  test.each([0, 1, 2])("with %i retries it is given up after so many, for the last reason", async (retries) => {
    const study = scriptedStudy(["one", "two", "three"].slice(0, retries + 1));
    expect(await ask(study, question(retries))).toEqual({ rejected: `${["one", "two", "three"][retries]!} is bad` });
    expect(study.requests).toHaveLength(retries + 1);
  });

  test("an empty reply is a rejection, and never an empty turn", async () => {
    const study = scriptedStudy(["", "  "]);
    expect(await ask(study, question(1))).toEqual({ rejected: "the reply is empty" });
    expect(study.said(1)[1]).toBe("(nothing)");
  });

  test("a long refused reply is shown in part", async () => {
    const study = scriptedStudy([{ text: "x".repeat(90_000), finishReason: "length" }, "good"]);
    await ask(study, question(1));
    expect(study.said(1)[1]).toHaveLength(6000);
    expect(study.said(1)[2]).toBe("Again: the reply was cut off");
  });

  test("a model that fails is a rejection without a retry; the end of the run is not", async () => {
    const failing = scriptedStudy([new CultivarError("transport", "gone")]);
    expect(await ask(failing, question(3))).toEqual({ rejected: "the reflection model failed: gone" });
    expect(failing.requests).toHaveLength(1);
    for (const replies of [[], ["bad"]]) {
      const ended = scriptedStudy([...replies, new CultivarError("run-ended", "over")]);
      await expect(ask(ended, question(1))).rejects.toThrow("over");
    }
  });
});
