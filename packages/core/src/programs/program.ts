import { CultivarError } from "../ground/errors.ts";
import { contentHash } from "../ground/hash.ts";
import type { Space } from "../values/component.ts";
import { namePattern } from "../values/signature.ts";
import { moduleScope } from "./ask-model.ts";
import { moduleFrom, prefixed } from "./bind.ts";
import { callModule } from "./call.ts";
import { within } from "./scope.ts";
import type { AnyModule, Bound, Frame, Module, ModuleDefinition, ModuleInput, ModuleOutput } from "./module.ts";
import { definition } from "./module.ts";

/** The modules of a program as its body calls them: bound, typed in and typed out. */
export type BoundModules<M> = { readonly [K in keyof M]: Bound<ModuleInput<M[K]>, ModuleOutput<M[K]>> };

/**
 * Any async TypeScript over modules: parallel calls, loops, conditions. `run` gets the modules bound to the program's
 * models and candidate, and must be deterministic given their outputs for a resumed run to be exact; put anything
 * else that can answer differently (a search, a clock) into a tool or a dataset. Equal calls of one module get their
 * samples in the order in which they are made. While a program is evaluated, answers to calls that run side by side are
 * handed on in that order too, so that no race is decided by latencies, and a row is done once the calls that the
 * program left running are.
 * Component ids are `<key>.<component>`. Throws `signature` errors for a key that cannot name components.
 */
export function program<const M extends Record<string, AnyModule>, I, O>(
  name: string,
  modules: M,
  run: (m: BoundModules<M>, input: I) => Promise<O>,
): Module<I, O, M> {
  for (const key of Object.keys(modules)) {
    if (!namePattern.test(key)) {
      throw new CultivarError(
        "signature",
        `program ${name}: module key ${JSON.stringify(key)} must start with a letter and hold only letters, digits, _ and -`,
      );
    }
  }
  const children = Object.entries(modules).map(([key, module]) => ({ key, own: module[definition] }));
  const collect = (spaceOf: (own: ModuleDefinition) => Space): Space =>
    Object.assign({}, ...children.map(({ key, own }) => prefixed(spaceOf(own), `${key}.`))) as Space;
  const bound = new WeakMap<Frame, BoundModules<M>>();
  const bindChildren = (frame: Frame): BoundModules<M> => {
    let m = bound.get(frame);
    if (m === undefined) {
      const calls = children.map(({ key, own }) => [
        key,
        childCall(own, { ...frame, prefix: `${frame.prefix}${key}.` }),
      ]);
      bound.set(frame, (m = Object.fromEntries(calls) as BoundModules<M>));
    }
    return m;
  };
  const own: ModuleDefinition = {
    rootPrefix: "",
    space: collect((child) => child.space),
    optional: (modelNames) => collect((child) => child.optional(modelNames)),
    sketch: {
      name,
      kind: "program",
      children: Object.fromEntries(children.map(({ key, own: { sketch } }) => [key, sketch])),
    },
    maxCalls: children.reduce((sum, child) => sum + child.own.maxCalls, 0),
    fingerprint: contentHash(["program", name, children.map((child) => [child.key, child.own.fingerprint])]),
    source: [run.toString(), ...children.map((child) => child.own.source ?? "")].join("\n"),
    demoOf: (id, input, expected) => {
      const child = children.find(({ key }) => id.startsWith(`${key}.`));
      return child?.own.demoOf(id.slice(child.key.length + 1), input, expected);
    },
    run: (frame, input) => run(bindChildren(frame), input as I),
  };
  return moduleFrom(name, own, {}) as unknown as Module<I, O, M>;
}

function childCall(own: ModuleDefinition, frame: Frame): Bound<unknown, unknown> {
  return (input, options) => callModule(within(moduleScope(), options?.signal), own, frame, input);
}
