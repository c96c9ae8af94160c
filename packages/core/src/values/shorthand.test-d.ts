import { expectTypeOf } from "vitest";
import { shorthand } from "./shorthand.ts";
import type { ShorthandSignature } from "./shorthand.ts";
import type { SignatureInput, SignatureOutput } from "./signature.ts";

const qa = shorthand("question, context: string[] -> answer, confidence: number");
expectTypeOf<SignatureInput<typeof qa>>().toEqualTypeOf<{ question: string; context: string[] }>();
expectTypeOf<SignatureOutput<typeof qa>>().toEqualTypeOf<{ answer: string; confidence: number }>();

const route = shorthand(
  `ticket (the customer's message, as sent), retries: integer (how often) ->
     queue: "billing, refunds" | "bug (any)" | "sales" (who can solve it), urgent: boolean, note?, tags?: boolean[]`,
  { name: "route", instructions: "Route the ticket." },
);
expectTypeOf<SignatureInput<typeof route>>().toEqualTypeOf<{ ticket: string; retries: number }>();
expectTypeOf<SignatureOutput<typeof route>>().toEqualTypeOf<{
  queue: "billing, refunds" | "bug (any)" | "sales";
  urgent: boolean;
  note?: string | undefined;
  tags?: boolean[] | undefined;
}>();

expectTypeOf<SignatureOutput<ShorthandSignature<'a -> kind: "x" (the "kind"), n:integer[]'>>>().toEqualTypeOf<{
  kind: "x";
  n: number[];
}>();

// A text not known at compile time has any fields.
declare const text: string;
const loose = shorthand(text);
expectTypeOf<SignatureOutput<typeof loose>>().toEqualTypeOf<Record<string, unknown>>();

// @ts-expect-error a misspelt type
shorthand("question -> answer: strng");
// @ts-expect-error a misspelt type among the inputs
shorthand("question: sting -> answer");
// @ts-expect-error no arrow
shorthand("question, answer");
// @ts-expect-error two arrows
shorthand("question -> query -> answer");
// @ts-expect-error a missing comma
shorthand("question context -> answer");
// @ts-expect-error a trailing comma
shorthand("question -> answer,");
// @ts-expect-error nothing on the left
shorthand("-> answer");
// @ts-expect-error a choice without its closing quote
shorthand('question -> kind: "a" | "b');
// @ts-expect-error a choice without quotes behind the bar
shorthand('question -> kind: "a" | b');
// @ts-expect-error a description without its closing parenthesis
shorthand("question -> answer (short");
// @ts-expect-error a missing comma behind a description
shorthand("question (q) context -> answer");
// @ts-expect-error an unknown option
shorthand("question -> answer", { title: "x" });
