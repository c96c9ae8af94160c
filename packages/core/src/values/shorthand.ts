import { z } from "zod";
import { CultivarError } from "../ground/errors.ts";
import { poisonNames } from "../ground/json.ts";
import type { Schema } from "./schema.ts";
import type { Signature } from "./signature.ts";
import { namePattern, signature } from "./signature.ts";

/** The types that a shorthand may name. Choices are written out instead: `"a" | "b"`. */
interface TypeNames {
  string: string;
  number: number;
  integer: number;
  boolean: boolean;
  "string[]": string[];
  "number[]": number[];
  "integer[]": number[];
  "boolean[]": boolean[];
}

// The text is split at whole delimiters, never letter by letter: a field costs a few dozen instantiations.
type Space = " " | "\n" | "\t" | "\r";
type Trim<T extends string> = T extends `${Space}${infer R}` ? Trim<R> : T extends `${infer R}${Space}` ? Trim<R> : T;

type Entry = { name: string; type: unknown; optional: boolean };
interface Problem<M extends string> {
  problem: M;
}

/** The entries of one half as a union, with a {@link Problem} among them for each thing that is wrong. */
type Fields<T extends string> = T extends `${infer Head},${infer Rest}`
  ? Head extends `${string}"${string}` | `${string}(${string}`
    ? Guarded<T>
    : Field<Head> | Fields<Rest>
  : T extends `${string}"${string}` | `${string}(${string}`
    ? Guarded<T>
    : Field<T>;

/** Starts with a field whose choices or description may hold commas: they end at their own closing mark. */
type Guarded<T extends string> = T extends `${infer Head}"${infer Rest}`
  ? Head extends `${string}(${string}`
    ? Commented<T>
    : Trim<Head> extends `${infer Name}:`
      ? Choices<Name, Rest, never>
      : Problem<`quoted choices must follow "name:", got ${Trim<Head>}`>
  : Commented<T>;

type Commented<T extends string> = T extends `${infer Before}(${string})${infer After}`
  ? Field<Before> | Next<After>
  : Problem<`a description has no closing parenthesis: ${Trim<T>}`>;

/** `T` starts inside a choice, behind its opening quote. */
type Choices<Name extends string, T extends string, Found extends string> = T extends `${infer Choice}"${infer After}`
  ? Trim<After> extends `|${infer More}`
    ? Trim<More> extends `"${infer Rest}`
      ? Choices<Name, Rest, Found | Choice>
      : Problem<`field ${Trim<Name>}: expected a quoted choice after |`>
    : Named<Name, Found | Choice> | (Trim<After> extends `(${string})${infer Rest}` ? Next<Rest> : Next<After>)
  : Problem<`field ${Trim<Name>}: a choice has no closing quote`>;

/** What follows a field: the end, or a comma and further fields. */
type Next<T extends string> =
  Trim<T> extends infer R extends string
    ? R extends ""
      ? never
      : R extends `,${infer Rest}`
        ? Fields<Rest>
        : Problem<`expected a comma before ${R}`>
    : never;

type Field<T extends string> = T extends `${infer Name}:${infer Type}`
  ? Trim<Type> extends infer R extends keyof TypeNames
    ? Named<Name, TypeNames[R]>
    : Problem<`field ${Trim<Name>}: unknown type ${Trim<Type>}`>
  : Named<T, string>;

type Named<T extends string, Type> =
  Trim<T> extends infer R extends string
    ? R extends "" | `${string}${Space}${string}`
      ? Problem<`"${R}" is no field name; separate fields by commas`>
      : R extends `${infer Name}?`
        ? { name: Name; type: Type; optional: true }
        : { name: R; type: Type; optional: false }
    : never;

/** The entries and problems of a text, its two halves kept apart. */
type Halves<T extends string> = T extends `${infer I}->${infer O}`
  ? O extends `${string}->${string}`
    ? { in: Problem<"expected one ->, got several">; out: never }
    : { in: Fields<I>; out: Fields<O> }
  : { in: Problem<"expected inputs -> outputs">; out: never };

type ObjectOf<E> = Flat<
  { [K in Extract<E, { optional: false }> as NameOf<K>]: TypeOf<K> } & {
    [K in Extract<E, { optional: true }> as NameOf<K>]?: TypeOf<K> | undefined;
  }
>;
type NameOf<E> = E extends Entry ? E["name"] : never;
type TypeOf<E> = E extends Entry ? E["type"] : never;
type Flat<T> = { [K in keyof T]: T[K] };

type SchemaOf<E> = Schema<ObjectOf<E>, ObjectOf<E>>;
type Loose = Schema<Record<string, unknown>, Record<string, unknown>>;

/** The signature that a shorthand text declares. Of a text not known at compile time: any fields. */
export type ShorthandSignature<Text extends string> = string extends Text
  ? Signature<Loose, Loose>
  : Halves<Text> extends { in: infer I; out: infer O }
    ? Signature<SchemaOf<I>, SchemaOf<O>>
    : never;

/** The text itself when it is well formed, else what is wrong with it: a compile error that says why. */
export type CheckedShorthand<Text extends string> = string extends Text
  ? Text
  : Extract<Halves<Text>[keyof Halves<Text>], { problem: string }> extends infer P extends { problem: string }
    ? [P] extends [never]
      ? Text
      : P["problem"]
    : Text;

/** What goes with a shorthand. `name` defaults to the output fields' names, `instructions` to none. */
export interface ShorthandOptions {
  readonly name?: string;
  readonly instructions?: string;
}

/**
 * A signature from one line: `question, context: string[] -> answer (in one sentence), confidence?: number`. A field is
 * a name, `?` when it may be absent, a type (string by default; number, integer, boolean, a list of one of these, or
 * choices such as `"a" | "b"`), and a description in parentheses. No description or choice may hold `->`.
 * A misspelt type is a compile error; at run time, for texts made elsewhere, a `signature` error naming the field.
 */
export function shorthand<const Text extends string>(
  text: CheckedShorthand<Text>,
  options: ShorthandOptions = {},
): ShorthandSignature<Text> {
  const halves = (text as string).split("->");
  if (halves.length !== 2) {
    throw broken(text, `expected one "->" between inputs and outputs, got ${halves.length - 1}`);
  }
  const input = readFields(halves[0]!, text);
  const output = readFields(halves[1]!, text);
  const declared = signature({
    name: options.name ?? nameOf([...output.keys()]),
    ...(options.instructions !== undefined && { instructions: options.instructions }),
    input: z.object(Object.fromEntries(input)),
    output: z.object(Object.fromEntries(output)),
  });
  // The type was computed from the very text that was parsed here.
  return declared as unknown as ShorthandSignature<Text>;
}

const types: Readonly<Record<keyof TypeNames, () => z.ZodType>> = {
  string: () => z.string(),
  number: () => z.number(),
  integer: () => z.int(),
  boolean: () => z.boolean(),
  "string[]": () => z.array(z.string()),
  "number[]": () => z.array(z.number()),
  "integer[]": () => z.array(z.int()),
  "boolean[]": () => z.array(z.boolean()),
};

function readFields(half: string, text: string): ReadonlyMap<string, z.ZodType> {
  const fields = new Map<string, z.ZodType>();
  let rest = half;
  for (;;) {
    const head = /^[^,"(]*/.exec(rest)![0];
    rest = rest.slice(head.length);
    const [written = "", ...typed] = head.split(":");
    const name = written.trim().replace(/\?$/, "");
    if (!/^[a-zA-Z_]\w*$/.test(name)) {
      throw broken(text, `${JSON.stringify(written.trim())} is no field name; separate fields by commas`);
    }
    if (poisonNames.has(name))
      throw broken(text, `${name} cannot name a field: such members of replies are refused; rename it`);
    if (fields.has(name)) throw broken(text, `field ${name} is declared twice; rename one`);
    const type = typed.join(":").trim();
    let field: z.ZodType;
    if (rest.startsWith('"')) {
      if (typed.length !== 1 || type !== "") throw broken(text, `field ${name}: choices must follow "${name}:"`);
      const choices = /^"[^"]*"(?:\s*\|\s*"[^"]*")*/.exec(rest)?.[0];
      if (choices === undefined) throw broken(text, `field ${name}: a choice has no closing quote`);
      rest = rest.slice(choices.length).trimStart();
      field = z.enum(choices.match(/"[^"]*"/g)!.map((choice) => choice.slice(1, -1)) as [string]);
    } else {
      field = typeNamed(typed.length === 0 ? "string" : type, name, text)();
    }
    const description = /^\(([^)]*)\)\s*/.exec(rest);
    if (description !== null) {
      rest = rest.slice(description[0].length);
      field = field.describe(description[1]!.trim());
    }
    rest = rest.trimStart();
    if (rest !== "" && !rest.startsWith(",")) {
      throw broken(text, `field ${name}: expected a comma or the end, got ${JSON.stringify(rest.slice(0, 40))}`);
    }
    fields.set(name, written.trim().endsWith("?") ? field.optional() : field);
    if (rest === "") return fields;
    rest = rest.slice(1);
  }
}

function typeNamed(type: string, field: string, text: string): () => z.ZodType {
  if (Object.hasOwn(types, type)) return types[type as keyof TypeNames];
  throw broken(
    text,
    `field ${field}: unknown type ${JSON.stringify(type)}; use ${Object.keys(types).join(", ")} or choices such as "a" | "b"`,
  );
}

/** `answer_confidence` for the outputs answer and confidence, cut to what a name may be. */
function nameOf(outputs: readonly string[]): string {
  const name = outputs.join("_").replace(/^_+/, "").slice(0, 64);
  return namePattern.test(name) ? name : "output";
}

function broken(text: string, problem: string): CultivarError {
  return new CultivarError("signature", `shorthand ${JSON.stringify(text.slice(0, 200))}: ${problem}`);
}
