import { CultivarError, isCultivarError, messageOf } from "../ground/errors.ts";
import { canonicalJson } from "../ground/hash.ts";
import type { Candidate } from "../values/component.ts";
import type { Span, SpanError, Trace } from "../values/trace.ts";
import type { AnyModule, Frame, ModuleDefinition } from "./module.ts";
import { definition } from "./module.ts";
import type { Scope } from "./scope.ts";
import { childScope, runIn } from "./scope.ts";

/** A span while it runs: written to in place, read by others only once it is done. */
export type Building<S extends Span> = { -readonly [K in keyof S]: S[K] };

/** An error as traces keep it. */
export function spanError(error: unknown): SpanError {
  return { code: isCultivarError(error) ? error.code : "program", message: messageOf(error) };
}

/** What the modules of each frame used: frames are immutable, and all their traces share it. */
const componentsOf = new WeakMap<Frame, Candidate>();

/** The values of `candidate` under `prefix`, choices too: what a module used. */
function componentsAt(frame: Frame): Candidate {
  const known = componentsOf.get(frame);
  if (known !== undefined) return known;
  const used: Record<string, string> = {};
  for (const [id, value] of Object.entries(frame.candidate)) if (id.startsWith(frame.prefix)) used[id] = value;
  componentsOf.set(frame, Object.freeze(used));
  return used;
}

/** Runs a module under `parent`, as a span of its own when it wants one. */
export async function callModule(
  parent: Scope,
  module: ModuleDefinition,
  frame: Frame,
  input: unknown,
): Promise<unknown> {
  if (module.spanless === true) return runIn(parent, () => module.run(frame, input));
  const path = frame.prefix === "" ? "" : frame.prefix.slice(0, -1);
  const key = `${path}(${inputKey(input)})`;
  if (parent.spans === undefined && parent.calls === undefined)
    return runIn(childScope(parent, key, undefined), () => module.run(frame, input));
  const children: Span[] = [];
  const components = componentsAt(frame);
  const span: Building<Trace> = { kind: "module", path, name: module.sketch.name, input, components, children };
  parent.spans?.push(span);
  parent.calls?.begin();
  try {
    const scope = childScope(parent, key, parent.spans === undefined ? undefined : children);
    span.output = await runIn(scope, () => module.run(frame, input));
    return span.output;
  } catch (error) {
    span.error = spanError(error);
    throw error;
  } finally {
    parent.calls?.end();
  }
}

/** The text under which equal inputs of one module are counted. Throws `program` errors for what is no JSON. */
export function inputKey(input: unknown): string {
  try {
    return typeof input === "string" ? input : (canonicalJson(input) ?? "");
  } catch (cause) {
    throw new CultivarError("program", `an input must be JSON: ${messageOf(cause)}`, { cause });
  }
}

/** What one run of a whole program gave. Exactly one of `output` and `error` means something. */
export interface Outcome {
  readonly output: unknown;
  readonly error: unknown;
  readonly failed: boolean;
  readonly trace: Trace;
}

/**
 * Runs a whole program under a root scope made for this run, and keeps its trace, also when it fails. Never rejects.
 * The scope's own list of spans is taken for the trace; without one the trace has no children.
 */
export async function runProgram(module: AnyModule, frame: Frame, input: unknown, scope: Scope): Promise<Outcome> {
  const root = module[definition];
  let output: unknown;
  let error: unknown;
  let failed = false;
  try {
    output = await callModule(scope, root, frame, input);
  } catch (thrown) {
    error = thrown;
    failed = true;
  }
  const spans = scope.spans ?? [];
  const only = spans[0];
  if (spans.length === 1 && only?.kind === "module" && root.spanless !== true)
    return { output, error, failed, trace: only };
  const wrapper: Building<Trace> = {
    kind: "module",
    path: "",
    name: module.name,
    input,
    components: {},
    children: spans,
  };
  if (failed) wrapper.error = spanError(error);
  else wrapper.output = output;
  return { output, error, failed, trace: wrapper };
}
