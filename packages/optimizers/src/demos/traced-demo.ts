import type { ComponentId, DemoRow, ExampleId, ModuleSpan, Trace } from "@cultivar/core";
import { canonicalJson, moduleSpans } from "@cultivar/core";
import { modulePath } from "./demo-components.ts";

/**
 * What the module of the demo component `id` did in a run, as a demo; undefined when it was not called, failed, or its
 * values are no objects. Of several calls (a loop, a vote) the last one whose output is what the whole program
 * returned, else the last: DSPy draws one at random, which may keep a step that led nowhere.
 */
export function tracedDemo(trace: Trace, id: ComponentId, source: ExampleId): DemoRow | undefined {
  const calls = moduleSpans(trace, modulePath(id)).filter(
    ({ input, output, error }) => error === undefined && isRecord(input) && isRecord(output),
  );
  const returned = canonicalJson(trace.output ?? null);
  const call = calls.findLast(({ output }) => canonicalJson(output) === returned) ?? calls.at(-1);
  return call === undefined ? undefined : { ...valuesOf(call), source, augmented: true };
}

/** As JSON: what a span holds may be what a schema made of the reply, a Date say. */
function valuesOf({ input, output }: ModuleSpan): Pick<DemoRow, "input" | "output"> {
  return JSON.parse(canonicalJson({ input, output })) as Pick<DemoRow, "input" | "output">;
}

function isRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
