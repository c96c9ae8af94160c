import type { ModuleSpan, Span, Trace } from "@cultivar/core";
import { describe, expect, test } from "vitest";
import { modulePath } from "./demo-components.ts";
import { tracedDemo } from "./traced-demo.ts";

const call = (path: string, answer: unknown, extra: Partial<ModuleSpan> = {}): ModuleSpan => ({
  kind: "module",
  path,
  name: path,
  input: { q: "why" },
  output: { a: answer },
  components: {},
  children: [],
  ...extra,
});
const traceOf = (children: readonly Span[], output: unknown): Trace => ({ ...call("", "", { children, output }) });
const failed = call("m", "", { error: { code: "parse", message: "no JSON" } });

describe("tracedDemo", () => {
  test.each([
    { what: "the one call", children: [call("m", 1)], output: "x", answer: 1 },
    { what: "the last call of a loop", children: [call("m", 1), call("m", 2)], output: "x", answer: 2 },
    {
      what: "the call whose output was returned",
      children: [call("m", 1), call("m", 2), call("m", 3)],
      output: { a: 2 },
      answer: 2,
    },
    { what: "its own module's call", children: [call("m", 1), call("other", 2)], output: "x", answer: 1 },
    {
      what: "a call inside another module",
      children: [call("outer", 0, { children: [call("m", 1)] })],
      output: "x",
      answer: 1,
    },
    { what: "the last call that did not fail", children: [call("m", 1), failed], output: "x", answer: 1 },
    { what: "a date as JSON", children: [call("m", new Date(0))], output: "x", answer: "1970-01-01T00:00:00.000Z" },
  ])("takes $what", ({ children, output, answer }) => {
    expect(tracedDemo(traceOf(children, output), "m.demos", "r1")).toEqual({
      input: { q: "why" },
      output: { a: answer },
      source: "r1",
      augmented: true,
    });
  });

  test("keeps the reasoning of a chain of thought", () => {
    const thought = call("m", 1, { output: { reasoning: "since", a: 1 } });
    expect(tracedDemo(traceOf([thought], "x"), "m.demos", "r1")?.output).toEqual({ reasoning: "since", a: 1 });
  });

  test.each([
    { what: "no call", children: [call("other", 1)] },
    { what: "only failed calls", children: [failed] },
    { what: "a module of the same name elsewhere", children: [call("other.m", 1)] },
    { what: "an output that is no object", children: [call("m", 1, { output: "text" })] },
    { what: "an output that is a list", children: [call("m", 1, { output: [1] })] },
  ])("gives nothing for $what", ({ children }) => {
    expect(tracedDemo(traceOf(children, "x"), "m.demos", "r1")).toBeUndefined();
  });

  test("reads the trace of a program that is one module", () => {
    expect(tracedDemo(call("m", 1), "m.demos", "r1")?.output).toEqual({ a: 1 });
  });
});

test.each([
  ["answer.demos", "answer"],
  ["outer.qa.answer.demos", "outer.qa.answer"],
  ["demos", ""],
])("modulePath(%s) is %s", (id, path) => {
  expect(modulePath(id)).toBe(path);
});
