import type { LanguageModel, Optimizer } from "@cultivar/core";
import { predict, program, signature, split } from "@cultivar/core";
import { expectTypeOf, test } from "vitest";
import { z } from "zod";
import { defineConfig } from "./define-config.ts";

declare const lm: LanguageModel;
declare const optimizer: Optimizer;
const route = predict(
  signature({
    name: "route",
    input: z.object({ ticket: z.string() }),
    output: z.object({ queue: z.enum(["a", "b"]) }),
  }),
);
const size = predict(
  signature({ name: "size", input: z.object({ box: z.string() }), output: z.object({ litres: z.number() }) }),
);
const both = program("both", { route, size }, async (m, input: { ticket: string }) => m.route(input));
const rows = split([{ input: { ticket: "t" }, expected: { queue: "a" } }], { train: 0.5, val: 0.5 }, { seed: 0 });

test("metrics see the rows and outputs of their own target", () => {
  defineConfig({
    targets: {
      route: {
        program: route,
        models: { default: lm },
        data: rows,
        optimizer,
        budget: { evaluations: 10 },
        metric: ({ example, output }) => {
          expectTypeOf(example.expected.queue).toEqualTypeOf<string>();
          expectTypeOf(output.queue).toEqualTypeOf<"a" | "b">();
          return output.queue === example.expected.queue ? 1 : 0;
        },
      },
      size: {
        program: size,
        models: { default: lm },
        data: { train: [{ input: { box: "b" }, expected: 3 }] },
        optimizer,
        budget: { evaluations: 10 },
        metric: ({ example, output }) => {
          expectTypeOf(output.litres).toEqualTypeOf<number>();
          return output.litres === example.expected ? 1 : 0;
        },
      },
      both: {
        program: both,
        models: { default: lm },
        data: { train: [{ input: { ticket: "t" }, expected: 1 }] },
        optimizer,
        budget: { evaluations: 10 },
        metric: ({ output }) => (output.queue === "a" ? 1 : 0),
      },
    },
  });
});

test("what does not fit is a compile error", () => {
  expectTypeOf(defineConfig).returns.toHaveProperty("targets");
  defineConfig({
    targets: {
      route: {
        program: route,
        models: { default: lm },
        data: rows,
        optimizer,
        budget: { evaluations: 10 },
        // @ts-expect-error the output has no field `litres`
        metric: ({ output }) => output.litres,
      },
    },
  });
  defineConfig({
    targets: {
      // @ts-expect-error a budget is missing
      route: { program: route, models: { default: lm }, data: rows, optimizer, metric: () => 1 },
    },
  });
});
