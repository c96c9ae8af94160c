import { CultivarError } from "../ground/errors.ts";
import type { Candidate, ComponentSpec, Space } from "../values/component.ts";
import { baselineOf, checkCandidate } from "../values/component.ts";
import type { Models } from "../values/language-model.ts";
import type { Span } from "../values/trace.ts";
import type { Scope } from "./scope.ts";
import { childScope, currentScope, emptyScope, Repeats, within } from "./scope.ts";
import { callModule, inputKey, runProgram } from "./call.ts";
import type { AnyModule, Binding, Bound, Frame, ModuleDefinition, Sketch } from "./module.ts";
import { refuseTwins } from "./model-identity.ts";
import { definition } from "./module.ts";

/** `space` with `prefix` in front of every id. */
export function prefixed(space: Space, prefix: string): Space {
  return Object.fromEntries(Object.entries(space).map(([id, spec]) => [prefix + id, spec]));
}

/** What varies in a program by default: its texts and demo sets, by full id. */
export function spaceOf(module: AnyModule): Space {
  const { space, rootPrefix } = module[definition];
  return prefixed(space, rootPrefix);
}

/**
 * What `vary` may add: `model` for the whole program, and each module's own choices (its own `model` wins).
 * Throws `config` when the models to choose from cannot be told apart.
 */
export function optionalSpaceOf(module: AnyModule, models: Models | undefined): Space {
  const { optional, rootPrefix } = module[definition];
  if (models !== undefined) refuseTwins(models);
  const names = ["default", ...Object.keys(models?.choices ?? {})];
  const own = prefixed(optional(names), rootPrefix);
  return {
    model: { kind: "choice", initial: "default", role: "the model of the whole program", choices: names },
    ...own,
  };
}

/** The models of either form of binding. */
export function modelsOf(binding: Partial<Binding> & { readonly lm?: unknown }): Models | undefined {
  if ("models" in binding && binding.models !== undefined) return binding.models;
  return "lm" in binding && binding.lm !== undefined ? { default: binding.lm as Models["default"] } : undefined;
}

/**
 * The frame a whole program runs with. The candidate may hold any of the optional choices beside the complete space.
 * Throws `candidate` errors for anything that does not fit, and for a model that is not given.
 */
export function frameOf(module: AnyModule, models: Models | undefined, candidate: Candidate | undefined): Frame {
  const space = spaceOf(module);
  const { rootPrefix } = module[definition];
  if (candidate === undefined) return { candidate: baselineOf(space), models, prefix: rootPrefix };
  const optional = optionalSpaceOf(module, models);
  const allowed: Record<string, ComponentSpec> = { ...space };
  for (const [id, value] of Object.entries(candidate)) {
    if (Object.hasOwn(space, id) || !Object.hasOwn(optional, id)) continue;
    allowed[id] = optional[id]!;
    if (/(?:^|\.)model$/.test(id)) requireModel(optional[id]!, id, value, module.name);
  }
  return { candidate: checkCandidate(allowed, candidate, module.name), models, prefix: rootPrefix };
}

function requireModel({ choices = [] }: ComponentSpec, id: string, value: string, where: string): void {
  if (choices.includes(value)) return;
  throw new CultivarError(
    "candidate",
    `${where}: component ${id} names the model ${JSON.stringify(value)}, which is not given (given: ${choices.join(", ")}); give it in with({ models: { choices } })`,
  );
}

/** The frame that a program's calls run with: as {@link frameOf}, and with a model wherever one is needed. */
export function boundFrame(module: AnyModule, binding: Partial<Binding>): Frame {
  const models = modelsOf(binding);
  if (models?.default === undefined && module[definition].maxCalls > 0) {
    throw new CultivarError(
      "config",
      `${module.name}.with: expected a model, got none; give with({ lm }) or with({ models: { default: lm } })`,
    );
  }
  return frameOf(module, models, binding.candidate);
}

/** `with`, for every kind of module: checks once, then each call runs under a scope of its own. */
function bind(module: AnyModule, binding: Partial<Binding>): Bound<unknown, unknown> {
  const frame = boundFrame(module, binding);
  const { onTrace } = binding;
  return async (input, options) => {
    const caller = currentScope();
    const signal = options?.signal;
    const spans = onTrace === undefined ? undefined : [];
    const scope =
      caller === undefined
        ? { ...emptyScope, signal, repeats: new Repeats(), spans }
        : calledFrom(caller, module.name, input, signal, spans);
    if (onTrace === undefined) return callModule(scope, module[definition], frame, input);
    const outcome = await runProgram(module, frame, input, scope);
    onTrace(outcome.trace);
    if (outcome.failed) throw outcome.error;
    return outcome.output;
  };
}

/** A bound module called by a metric or a tool: metered and journaled under the caller's address, outside its trace. */
function calledFrom(
  caller: Scope,
  name: string,
  input: unknown,
  signal: AbortSignal | undefined,
  spans: Span[] | undefined,
): Scope {
  const scope = childScope(caller, `with:${name}(${inputKey(input)})`, spans);
  return within({ ...scope, exampleId: undefined }, signal);
}

/** Makes the public face of a module from its definition. */
export function moduleFrom<T extends object>(name: string, own: ModuleDefinition, extra: T): AnyModule & T {
  const module = {
    ...extra,
    name,
    [definition]: own,
    with: (binding: Partial<Binding>): Bound<unknown, unknown> => {
      if (typeof binding !== "object" || binding === null)
        throw new CultivarError(
          "config",
          `${name}.with: expected { lm } or { models }, got ${binding === null ? "null" : typeof binding}`,
        );
      return bind(module, binding);
    },
  };
  return module;
}

/** The sketch as text, for proposers: every module with its fields, indented by nesting. */
export function describeSketch(sketch: Sketch, indent = ""): string {
  const fields = (list: Sketch["inputs"]): string =>
    (list ?? [])
      .map(({ name, description }) => (description === undefined ? name : `${name} (${description})`))
      .join(", ");
  const own = sketch.inputs === undefined ? "" : `: ${fields(sketch.inputs)} -> ${fields(sketch.outputs)}`;
  const lines = [`${indent}${sketch.name} [${sketch.kind}]${own}`];
  for (const [key, child] of Object.entries(sketch.children))
    lines.push(describeSketch({ ...child, name: key }, `${indent}  `));
  return lines.join("\n");
}
