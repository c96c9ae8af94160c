import { frameOf } from "../programs/bind.ts";
import type { AnyModule, Leaf, Module, ModuleDefinition, Need } from "../programs/module.ts";
import { definition } from "../programs/module.ts";
import type { Candidate } from "../values/component.ts";
import { decodeDemos } from "../values/demo.ts";

/** A demo of a module, typed. */
export interface Demo<I, O> {
  readonly input: I;
  readonly output: Partial<O>;
}

/** What a candidate says of one module over a signature. */
export interface DecodedLeaf<I, O> {
  readonly instructions: string;
  readonly demos: readonly Demo<I, O>[];
}

/** What a candidate says of a program: a leaf's own texts, or a record of its modules'. */
export type Decoded<M> =
  M extends Leaf<infer I, infer O>
    ? DecodedLeaf<I, O>
    : M extends Readonly<Record<string, AnyModule>>
      ? {
          readonly [K in keyof M]: M[K] extends Module<infer _I, infer _O, infer Inner, infer _N>
            ? Decoded<Inner>
            : never;
        }
      : Readonly<Record<string, string>>;

/** The typed instructions and demos of a candidate, per module. Throws `candidate` errors when it does not fit. */
export function decode<I, O, M, N extends Need>(program: Module<I, O, M, N>, candidate: Candidate): Decoded<M> {
  const own = program[definition];
  const { candidate: checked } = frameOf(program, undefined, withoutChoices(candidate));
  return decodeAt(own, checked, own.rootPrefix) as Decoded<M>;
}

/** Choices of models name what only a binding knows. */
function withoutChoices(candidate: Candidate): Candidate {
  return Object.fromEntries(Object.entries(candidate).filter(([id]) => id !== "model" && !id.endsWith(".model")));
}

function decodeAt(own: ModuleDefinition, candidate: Candidate, prefix: string): unknown {
  const children = Object.keys(own.sketch.children);
  if (children.length > 0) {
    return Object.fromEntries(
      children.map((key) => [key, decodeUnder(candidate, own.sketch.children[key]!.children, `${prefix}${key}.`)]),
    );
  }
  return decodeUnder(candidate, {}, prefix);
}

function decodeUnder(candidate: Candidate, children: ModuleDefinition["sketch"]["children"], prefix: string): unknown {
  const keys = Object.keys(children);
  if (keys.length > 0)
    return Object.fromEntries(
      keys.map((key) => [key, decodeUnder(candidate, children[key]!.children, `${prefix}${key}.`)]),
    );
  const texts = Object.entries(candidate).filter(([id]) => id.startsWith(prefix));
  return Object.fromEntries(
    texts.map(([id, value]) => {
      const name = id.slice(prefix.length);
      return [name, name === "demos" ? decodeDemos(value).rows.map(({ input, output }) => ({ input, output })) : value];
    }),
  );
}
