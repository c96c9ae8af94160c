import type { JsonSchema } from "../ground/json.ts";
import { sha256Hex } from "../ground/hash.ts";
import { rng } from "../ground/rng.ts";
import type { Embedder, Request } from "../values/language-model.ts";
import { textOf } from "../values/language-model.ts";
import type { ExampleRow } from "../values/example.ts";
import type { ScriptedModel } from "./scripted-model.ts";
import { scriptedModel } from "./scripted-model.ts";

/**
 * The planted problem of the optimizer suite. A word is to be copied, and words of three of four kinds (by their second
 * letter) wrapped in a mark of that kind. The student knows how for the kinds that the prompt before the live input
 * tells of, in a demo or in the instructions; it always knows the first kind. So the baseline scores 1/4, labelled demos
 * of all kinds lead to 1, and a bootstrap from an unaided teacher teaches nothing.
 */
export interface ToyRow extends ExampleRow<{ word: string }, { code: string }> {
  readonly input: { word: string };
  readonly expected: { code: string };
}

/** The mark of each kind of word, none for the first. */
const marks: Readonly<Record<string, string>> = { a: "", b: "\u2020", c: "\u2021", d: "\u00a4" };

/** An instruction that teaches everything. */
export const toyRule = "Copy the word. Wrap it in \u2020 if its second letter is b, in \u2021 if c, in \u00a4 if d.";

/** What is right for a word. */
export function toyCode(word: string): string {
  const mark = marks[word.charAt(1)] ?? "";
  return `${mark}${word}${mark}`;
}

/** Rows of words that occur in no other split: `q`, the kind, eight letters of the split's own, `q`. */
export function toyRows(split: "train" | "val" | "test", count: number): readonly ToyRow[] {
  const random = rng(0, `toy ${split}`);
  const letters = { train: "aeioubdg", val: "aeioulmn", test: "aeiourst" }[split];
  const kinds = Object.keys(marks);
  return Array.from({ length: count }, (_, index) => {
    const body = Array.from({ length: 8 }, () => letters.charAt(random.int(letters.length))).join("");
    const word = `q${kinds[index % kinds.length]!}${body}q`;
    return { input: { word }, expected: { code: toyCode(word) } };
  });
}

export interface ToyModels {
  readonly student: ScriptedModel;
  readonly teacher: ScriptedModel;
  readonly embedder: Embedder;
}

/**
 * A student that learns from what the prompt shows (unless `deaf`), a teacher that knows the rule, and an embedder to
 * which words of one kind are near. With `shuffle` answers take 0 to 2 milliseconds, another time for each
 * `shuffle`.
 */
export function toyModels(options: { readonly deaf?: boolean; readonly shuffle?: string } = {}): ToyModels {
  const { shuffle } = options;
  const latencyMs = (asked: Request | readonly string[]): number =>
    shuffle === undefined ? 0 : Number.parseInt(sha256Hex(`${shuffle} ${JSON.stringify(asked)}`).slice(0, 4), 16) % 3;
  return {
    student: scriptedModel((request) => written(request, studentCode(request, options.deaf === true)), {
      modelId: "toy-student",
      latencyMs,
    }),
    teacher: scriptedModel((request) => written(request, toyRule), { modelId: "toy-teacher", latencyMs }),
    embedder: {
      provider: "scripted",
      modelId: "toy-embedder",
      price: { inputUsd: 0, outputUsd: 0, asOf: "2026-01-01" },
      async embed(texts) {
        const delayMs = latencyMs(texts);
        if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
        return { vectors: texts.map(toyVector), usage: { inputTokens: texts.length } };
      },
    },
  };
}

/** The kind of the word in a text, and a little of the word itself. */
function toyVector(text: string): readonly number[] {
  const found = /q[a-z]{9}q/.exec(text)?.[0] ?? "";
  const own = Number.parseInt(sha256Hex(found).slice(0, 2), 16) / 2560;
  return [...Object.keys(marks).map((kind) => (found.charAt(1) === kind ? 1 : 0)), own];
}

/** All that a request says before its live input. */
export function shownBefore({ messages }: Request): string {
  return messages.slice(0, -1).map(textOf).join("\n");
}

function studentCode(request: Request, deaf: boolean): string {
  const live = textOf(request.messages.at(-1)!);
  const found = /[\u2020\u2021\u00a4]?q[a-z]{9}q[\u2020\u2021\u00a4]?/.exec(live)?.[0] ?? "";
  const mark = marks[found.charAt(1)] ?? "";
  return mark !== "" && !deaf && shownBefore(request).includes(mark) ? `${mark}${found}${mark}` : found;
}

/** `text` in the form that a request wants: its schema filled with it, else plain, fenced as proposers ask for it. */
function written({ output }: Request, text: string): string {
  return output === undefined ? `\`\`\`\n${text}\n\`\`\`` : JSON.stringify(filled(output.schema, text));
}

function filled(schema: JsonSchema, text: string): unknown {
  const {
    type,
    properties,
    items,
    enum: choices,
    minimum,
  } = schema as {
    readonly type?: string;
    readonly properties?: Readonly<Record<string, JsonSchema>>;
    readonly items?: JsonSchema;
    readonly enum?: readonly unknown[];
    readonly minimum?: number;
  };
  if (choices !== undefined) return choices[0];
  if (type === "array") return [filled(items ?? {}, text)];
  if (type === "boolean") return true;
  if (type === "number" || type === "integer") return minimum ?? 1;
  if (properties === undefined) return text;
  return Object.fromEntries(Object.entries(properties).map(([name, member]) => [name, filled(member, text)]));
}
