import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { isCultivarError } from "../ground/errors.ts";
import { evaluate } from "../judging/evaluate.ts";
import type { ScriptedReply } from "../testing/scripted-model.ts";
import { scriptedModel } from "../testing/scripted-model.ts";
import type { DemoRow } from "../values/demo.ts";
import { encodeDemos } from "../values/demo.ts";
import type { Embedder } from "../values/language-model.ts";
import { textOf } from "../values/language-model.ts";
import { signature } from "../values/signature.ts";
import { toExamples } from "../values/example.ts";
import { chainOfThought } from "./chain-of-thought.ts";
import { columns } from "./columns.ts";
import { definition } from "./module.ts";
import { predict } from "./predict.ts";

const Route = signature({
  name: "route",
  instructions: "Route the ticket.",
  input: z.object({ ticket: z.string().trim(), urgent: z.boolean().default(false) }),
  output: z.object({ queue: z.enum(["billing", "bug"]) }),
});
const good = '{"reasoning":"because","queue":"bug"}';

/** Counts letters: near texts share letters. */
const letters: Embedder = {
  provider: "test",
  modelId: "letters",
  embed: (texts) => Promise.resolve({ vectors: texts.map(vectorOf) }),
};

function vectorOf(text: string): number[] {
  return "abcdefgh".split("").map((letter) => text.split(letter).length - 1);
}

function inputJson(input: DemoRow["input"]): string {
  return JSON.stringify(Object.fromEntries(Object.entries(input).sort(([a], [b]) => (a < b ? -1 : 1))));
}

describe("rendered equals sent", () => {
  const demo = fc.record({
    input: fc.record({ ticket: fc.string().map((text) => text.trim()), urgent: fc.boolean() }),
    output: fc.constantFrom({ queue: "billing" }, { queue: "bug", reasoning: "so" }),
  });
  test.each([
    ["predict", predict(Route)],
    ["chainOfThought", chainOfThought(Route)],
  ])("%s, in both formats, with demos and nearest demos", async (_kind, module) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(demo, { maxLength: 5 }),
        fc.string(),
        fc.constantFrom("json", "markers"),
        fc.boolean(),
        fc.string(),
        async (rows, ticket, format, nearest, instructions) => {
          const vectors = rows.map(({ input }) => vectorOf(inputJson(input)));
          const select = { k: 2, by: "nearest", embedder: "letters", vectors } as const;
          const candidate = {
            "route.instructions": instructions,
            "route.demos": encodeDemos({ rows, ...(nearest && { select }) }),
            "route.format": format,
          };
          const lm = scriptedModel(() => (format === "json" ? good : "[[ ## queue ## ]]\nbug"));
          const embedders = { letters };
          await module.with({ models: { default: lm, embedders }, candidate })({ ticket });
          expect(await module.render({ ticket }, { candidate, embedders })).toEqual(lm.calls[0]!.messages);
          const { "route.format": _format, ...open } = candidate;
          expect(await module.render({ ticket }, { candidate: open, format, embedders })).toEqual(
            lm.calls[0]!.messages,
          );
          expect(lm.calls).toHaveLength(1);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("a demo never answers its own example: same input (also once read), and same source row", async () => {
    const data = [{ input: { ticket: "mine" }, expected: "bug" }];
    const id = toExamples(data)[0]!.id;
    const other: DemoRow = { input: { ticket: "other" }, output: { queue: "bug" } };
    const rows: DemoRow[] = [
      other,
      { input: { ticket: " mine " }, output: { queue: "bug" } },
      { input: { ticket: "mine", urgent: false }, output: { queue: "bug" } },
      { input: { ticket: "a step of it" }, output: { queue: "bug" }, source: id },
    ];
    const module = predict(Route);
    const at = (kept: readonly DemoRow[]): Record<string, string> => ({
      "route.instructions": "Go.",
      "route.demos": encodeDemos({ rows: kept }),
    });
    const lm = scriptedModel(() => good);
    await evaluate(module, { data, lm, metric: () => 1, candidate: at(rows) });
    expect(lm.calls[0]!.messages).toEqual(
      await module.render({ ticket: "mine" }, { candidate: at([other, rows[1]!]) }),
    );
    // Outside an evaluation there is no row to leave out, but the same input still is; as given, too.
    await module.with({ lm, candidate: at(rows) })({ ticket: " mine " });
    expect(lm.calls[1]!.messages).toEqual(
      await module.render({ ticket: "mine" }, { candidate: at([other, rows[3]!]) }),
    );
  });

  test("nearest last, ties by order", async () => {
    const texts = ["aaaa", "hhhh", "aaab", "gggg"];
    const rows = texts.map((ticket) => ({ input: { ticket }, output: { queue: "bug" } }));
    const vectors = texts.map(vectorOf);
    const candidate = {
      "route.instructions": "",
      "route.demos": encodeDemos({ rows, select: { k: 2, by: "nearest", embedder: "letters", vectors } }),
    };
    const near: Embedder = { ...letters, embed: () => Promise.resolve({ vectors: [vectorOf("aaa")] }) };
    const messages = await predict(Route).render({ ticket: "?" }, { candidate, embedders: { letters: near } });
    expect(
      messages.filter(({ role }) => role === "user").map((message) => /a{3,4}b?|\?/.exec(textOf(message))?.[0]),
    ).toEqual(["aaab", "aaaa", "?"]);
    await expect(predict(Route).render({ ticket: "?" }, { candidate })).rejects.toThrow(
      'selects by the embedder "letters"; give it in models.embedders',
    );
    const short: Embedder = { ...letters, embed: () => Promise.resolve({ vectors: [[1]] }) };
    await expect(predict(Route).render({ ticket: "?" }, { candidate, embedders: { letters: short } })).rejects.toThrow(
      "makes vectors of 1 numbers but the demo set holds 8",
    );
  });

  test("a candidate that chose a model renders without it", async () => {
    const candidate = { "route.instructions": "Go.", "route.demos": '{"rows":[]}', "route.model": "large", model: "x" };
    const messages = await predict(Route).render({ ticket: "t" }, { candidate });
    expect(textOf(messages[0]!)).toContain("Go.");
  });

  test("a schema is sent only to models that can be held to one", async () => {
    const plain = scriptedModel(() => good, { capabilities: { structuredOutput: false } });
    const candidate = { "route.instructions": "", "route.demos": '{"rows":[]}', "route.format": "json" };
    await predict(Route).with({ lm: plain, candidate })({ ticket: "t" });
    expect(plain.calls[0]!.output).toBeUndefined();
    const held = scriptedModel(() => good);
    await predict(Route).with({ lm: held })({ ticket: "t" });
    expect(held.calls[0]!.output?.name).toBe("route");
  });
});

describe("replies", () => {
  const run = async (replies: readonly ScriptedReply[]): Promise<unknown> => {
    const lm = scriptedModel(replies);
    try {
      const output = await predict(Route).with({ lm })({ ticket: "t" });
      return { output, calls: lm.calls.length };
    } catch (error) {
      return { code: isCultivarError(error) ? error.code : String(error), calls: lm.calls.length };
    }
  };

  test.each<[string, readonly ScriptedReply[], unknown]>([
    ["good", [good], { output: { queue: "bug" }, calls: 1 }],
    ["repaired", ["nope", good], { output: { queue: "bug" }, calls: 2 }],
    ["unrepaired", ["nope", '{"queue":"sales"}', good], { code: "parse", calls: 2 }],
    ["truncated", [{ text: '{"que', finishReason: "length" }], { code: "truncated", calls: 1 }],
    ["refused", [{ text: "no", finishReason: "refusal" }], { code: "refusal", calls: 1 }],
    ["filtered", [{ finishReason: "content-filter" }], { code: "content-filter", calls: 1 }],
    ["overflow", [{ finishReason: "context-overflow" }], { code: "context-overflow", calls: 1 }],
    ["refused at repair", ["nope", { finishReason: "refusal" }], { code: "refusal", calls: 2 }],
  ])("%s", async (_name, replies, expected) => {
    expect(await run(replies)).toEqual(expected);
  });

  test("the repair shows the reply and what is wrong with it, and is metered", async () => {
    const lm = scriptedModel(['{"queue":"sales"}', good]);
    const { spend, rows } = await evaluate(predict(Route), { data: [{ input: { ticket: "t" } }], lm, metric: () => 1 });
    expect(spend.calls).toBe(2);
    expect(rows[0]!.score).toBe(1);
    const [first, second] = lm.calls;
    expect(second!.messages.slice(0, first!.messages.length)).toEqual(first!.messages);
    const [reply, problem] = second!.messages.slice(first!.messages.length);
    expect([reply!.role, textOf(reply!)]).toEqual(["assistant", '{"queue":"sales"}']);
    expect(textOf(problem!)).toContain("queue: Invalid option");
  });

  test("an input that does not fit asks nothing", async () => {
    const lm = scriptedModel([]);
    await expect(predict(Route).with({ lm })({ ticket: 1 as never })).rejects.toMatchObject({
      code: "program",
      message: expect.stringContaining("route: the input does not fit the signature: ticket:") as string,
    });
    const circular: Record<string, unknown> = { ticket: "t" };
    circular["self"] = circular;
    await expect(predict(Route).with({ lm })(circular as never)).rejects.toMatchObject({ code: "program" });
    expect(lm.calls).toHaveLength(0);
  });

  test("parse reads a reply as a call does", async () => {
    expect(await chainOfThought(Route).parse(good)).toEqual({ reasoning: "because", queue: "bug" });
    expect(await predict(Route).parse("[[ ## queue ## ]]\nbug", { format: "markers" })).toEqual({ queue: "bug" });
    await expect(predict(Route).parse("?")).rejects.toMatchObject({ code: "parse" });
  });
});

describe("chainOfThought", () => {
  test("refuses an input called reasoning, and keeps a declared output of that name", () => {
    const spec = { name: "x", input: z.object({ reasoning: z.string() }), output: z.object({ answer: z.string() }) };
    expect(() => chainOfThought(signature(spec))).toThrow("chainOfThought(x): the input field reasoning");
    const own = signature({
      name: "x",
      input: spec.output,
      output: z.object({ reasoning: z.string(), b: z.string() }),
    });
    expect(chainOfThought(own).signature).toBe(own);
  });

  test.each([
    ["predict", predict(Route)],
    ["chainOfThought", chainOfThought(Route)],
  ])("labels of %s: whole, bare, unfit", (_kind, module) => {
    const { demoOf } = module[definition];
    const demo = { input: { ticket: "t" }, output: { queue: "bug" } };
    expect(demoOf("demos", { ticket: "t" }, { queue: "bug" })).toEqual(demo);
    expect(demoOf("demos", { ticket: "t", extra: 1 }, "bug")).toEqual(demo);
    expect(demoOf("demos", { ticket: "t" }, "sales")).toBeUndefined();
    expect(demoOf("demos", { ticket: 1 }, "bug")).toBeUndefined();
    expect(demoOf("instructions", { ticket: "t" }, "bug")).toBeUndefined();
  });
});

describe("columns", () => {
  test("splits flat rows by field name", () => {
    const map = columns(predict(Route));
    expect(map({ ticket: "t", queue: "bug", note: "x" })).toEqual({
      input: { ticket: "t" },
      expected: { queue: "bug" },
    });
    expect(map({ ticket: "t" })).toEqual({ input: { ticket: "t" } });
    expect(() => map({ Ticket: "t" })).toThrow("route: no column ticket; the row has Ticket");
  });
});
