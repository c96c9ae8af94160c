import { CultivarError } from "@cultivar/core";
import { describe, expect, test } from "vitest";
import { examples } from "../fixtures/fake-study.ts";
import { scriptedStudy } from "../fixtures/scripted-study.ts";
import { dataSummary } from "./summary.ts";

describe("the summary of the data", () => {
  test("is one call that shows so many train rows with their labels", async () => {
    const study = scriptedStudy([" All inputs are numbers.\n"], { train: examples(20) });
    expect(await dataSummary(study, 5)).toBe("All inputs are numbers.");
    expect(study.requests).toHaveLength(1);
    const [prompt] = study.said(0);
    const shown = [...prompt!.matchAll(/### q\nin (\d+)\n\n## Expected of the program\n### a\nout (\d+)/g)];
    expect(shown).toHaveLength(5);
    for (const [, q, a] of shown) expect(q).toBe(a);
    expect(prompt).toContain("fake");
  });

  test("shows other rows for another seed", async () => {
    const prompts = [0, 0, 1].map(async (seed) => {
      const study = scriptedStudy(["So."], { train: examples(20), seed });
      await dataSummary(study, 5);
      return study.said(0)[0]!;
    });
    const [first, again, other] = await Promise.all(prompts);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  test.each<[string, Parameters<typeof scriptedStudy>[0]]>([
    ["is empty", [""]],
    ["fails", [new CultivarError("transport", "gone")]],
    ["is cut off", [{ text: "All inp", finishReason: "length" }]],
  ])("is nothing where the reply %s", async (_, replies) => {
    expect(await dataSummary(scriptedStudy(replies), 5)).toBe("");
  });

  test("is nothing, without a call, where there are no rows", async () => {
    expect(await dataSummary(scriptedStudy([], { train: [] }), 5)).toBe("");
    expect(await dataSummary(scriptedStudy([]), 0)).toBe("");
  });

  test("is cut where it is long", async () => {
    expect(await dataSummary(scriptedStudy(["x".repeat(9000)]), 5)).toHaveLength(2000);
  });

  test("lets the end of the run through", async () => {
    await expect(dataSummary(scriptedStudy([new CultivarError("run-ended", "over")]), 5)).rejects.toThrow("over");
  });
});
