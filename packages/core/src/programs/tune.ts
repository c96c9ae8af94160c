import { CultivarError } from "../ground/errors.ts";
import { contentHash } from "../ground/hash.ts";
import type { ComponentSpec } from "../values/component.ts";
import { namePattern } from "../values/signature.ts";
import { moduleScope } from "./ask-model.ts";
import { moduleFrom } from "./bind.ts";
import type { Module, ModuleDefinition } from "./module.ts";

/** A text to improve: its initial value, and what it is for. */
export interface TextComponent {
  readonly initial: string;
  readonly role?: string;
  readonly reject?: (value: string) => string | undefined;
}

/** Declares a text to improve. `role` tells proposers what it is for; `reject` says why a proposed value is not allowed. */
export function text(initial: string, options: Omit<TextComponent, "initial"> = {}): TextComponent {
  return { initial, ...options };
}

export interface TuneContext {
  readonly signal: AbortSignal | undefined;
}

/**
 * Makes a module of any async function over texts that you already have (an AI SDK call, say). The function gets the
 * texts of the candidate under test; everything else is its own. Calls it makes through its own SDK cannot be seen:
 * they are not metered, and what survives a crash is each row's score, not each call.
 */
export function tune<const T extends Record<string, TextComponent>, I, O>(
  run: (texts: { readonly [K in keyof T]: string }, input: I, context: TuneContext) => Promise<O>,
  texts: T,
  options: { readonly name?: string } = {},
): Module<I, O, unknown, "nothing"> {
  const name = options.name ?? (run.name === "" ? "tuned" : run.name);
  for (const id of [name, ...Object.keys(texts)]) {
    if (!namePattern.test(id))
      throw new CultivarError(
        "signature",
        `tune: ${JSON.stringify(id)} cannot name a component; start with a letter, then letters, digits, _ and -`,
      );
  }
  const entries = Object.entries(texts);
  const own: ModuleDefinition = {
    rootPrefix: "",
    space: Object.fromEntries(
      entries.map(([id, { initial, role, reject }]): [string, ComponentSpec] => [
        id,
        { kind: "text", initial, role: role ?? `the text ${id} of ${name}`, ...(reject !== undefined && { reject }) },
      ]),
    ),
    optional: () => ({}),
    sketch: { name, kind: "tune", children: {} },
    maxCalls: 0,
    fingerprint: contentHash(["tune", name, entries]),
    source: run.toString(),
    demoOf: () => undefined,
    run: (frame, input) => {
      const chosen = Object.fromEntries(entries.map(([id]) => [id, frame.candidate[frame.prefix + id]!]));
      return run(chosen as { readonly [K in keyof T]: string }, input as I, { signal: moduleScope().signal });
    },
  };
  return moduleFrom(name, own, {}) as unknown as Module<I, O, unknown, "nothing">;
}
