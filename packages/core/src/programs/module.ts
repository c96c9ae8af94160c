import type { Candidate, Space } from "../values/component.ts";
import type { DemoRow } from "../values/demo.ts";
import type { LanguageModel, Models } from "../values/language-model.ts";
import type { Trace } from "../values/trace.ts";
import type { Field } from "../values/schema.ts";

/** Which models and which candidate a program runs with. `lm` is short for `models: { default: lm }`. */
export type Binding = ({ readonly lm: LanguageModel } | { readonly models: Models }) & CandidateBinding;

export interface CandidateBinding {
  /** A complete candidate; without one the initial instructions and no demos. */
  readonly candidate?: Candidate;
  /** Called with the trace of every top-level call, also of failed ones. It must not throw. */
  readonly onTrace?: (trace: Trace) => void;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** A module with its models and candidate: typed in, typed out. Each call is independent. */
export type Bound<I, O> = (input: I, options?: CallOptions) => Promise<O>;

/** What a program runs with, by value. `prefix` is this module's component path with a trailing dot, or "". */
export interface Frame {
  readonly candidate: Candidate;
  /** Undefined only under `tune`, which needs none. */
  readonly models: Models | undefined;
  readonly prefix: string;
}

/** A part of a program in words, for proposers and fingerprints. */
export interface Sketch {
  readonly name: string;
  /** `predict`, `chainOfThought`, `react`, `program`, `tune`, ... */
  readonly kind: string;
  readonly instructions?: string;
  readonly inputs?: readonly Field[];
  readonly outputs?: readonly Field[];
  readonly children: Readonly<Record<string, Sketch>>;
}

/** What core needs to know of a module; the public face is {@link Module}. Ids are relative to the module's prefix. */
export interface ModuleDefinition {
  /** Varies by default: texts and demos. */
  readonly space: Space;
  /** Varies only when `vary` names it: `model` (one of `modelNames`), `format`, `temperature`, ... */
  readonly optional: (modelNames: readonly string[]) => Space;
  readonly sketch: Sketch;
  /** The component prefix when this module is a whole program: `name.`, or `""` for modules that only hold others. */
  readonly rootPrefix: string;
  /** True for wrappers (`majority`, `bestOfN`) whose calls are their inner module's: they add no span of their own. */
  readonly spanless?: boolean;
  /** LM calls of one run at most, as far as the declaration tells; the meter's first guess. */
  readonly maxCalls: number;
  /** Hash of everything in the declaration that changes what is sent. */
  readonly fingerprint: string;
  /** A labelled row as a demo of the demo component `id`: undefined when it does not fit that module's input and output. */
  readonly demoOf: (id: string, input: unknown, expected: unknown) => DemoRow | undefined;
  /** Source of the functions that it runs: stands for the code in fingerprints when nothing better is given. */
  readonly source?: string;
  /** Why a dataset row's input does not fit, for modules that know; undefined when it does or cannot be told. */
  readonly rejectInput?: (input: unknown) => string | undefined;
  run(frame: Frame, input: unknown): Promise<unknown>;
}

/** The key under which a module keeps its definition; `Symbol.for`, so that two copies of the package agree. */
export const definition: unique symbol = Symbol.for("cultivar.module");

/** Whether a program needs models to be bound (`tune` does not). */
export type Need = "models" | "nothing";

/**
 * Something callable that holds signatures. Calling it unbound is a compile error; `with` binds models and candidate.
 * M is the record of its child modules, for typed `decode`; N says whether a model must be given.
 */
export interface Module<I, O, M = unknown, N extends Need = "models"> {
  readonly name: string;
  /** Throws `candidate` errors when the candidate does not fit, or names a model that is not given. */
  with(binding: N extends "models" ? Binding : Partial<Binding>): Bound<I, O>;
  readonly [definition]: ModuleDefinition;
  readonly _types?: { readonly input: I; readonly output: O; readonly modules: M; readonly need: N };
}

// oxlint-disable-next-line typescript/no-explicit-any -- inputs are contravariant: only `any` admits every module
export type AnyModule = Module<any, any, any, any>;
export type ModuleInput<T> = T extends Module<infer I, infer _O, infer _M, infer _N> ? I : never;
export type ModuleOutput<T> = T extends Module<infer _I, infer O, infer _M, infer _N> ? O : never;

/** The M of a module over one signature: what `decode` gives for it. */
export interface Leaf<I, O> {
  readonly leaf: { readonly input: I; readonly output: O };
}
