import type { JsonSchema } from "../../ground/json.ts";
import type { DemoRow } from "../../values/demo.ts";
import type { Message, Request, Response } from "../../values/language-model.ts";
import type { Field } from "../../values/schema.ts";

/** What a format must know of a module: its fields, and the JSON Schema of its output object. */
export interface Shape {
  readonly name: string;
  readonly inputs: readonly Field[];
  readonly outputs: readonly Field[];
  readonly inputSchema: JsonSchema;
  readonly outputSchema: JsonSchema;
}

/**
 * How a module speaks to a model: pure functions from data to messages and back. The static part comes first and ends
 * in a cache breakpoint, the example last, so that provider prompt caches hit.
 */
export interface Format {
  readonly name: "json" | "markers";
  /** System message, then the demos as user and assistant turns; the last one carries the cache breakpoint. */
  prefix(shape: Shape, instructions: string, demos: readonly DemoRow[]): readonly Message[];
  /** The user turn for one input. */
  live(shape: Shape, input: Readonly<Record<string, unknown>>): Message;
  /** The schema that replies are held to; undefined for plain text. */
  output(shape: Shape): Request["output"];
  /** The output fields of a reply, coerced but not yet validated. Throws a `parse` error in words for the model. */
  parse(shape: Shape, response: Pick<Response, "text" | "parsed">): Record<string, unknown>;
  /** The turns that show a model its own reply and what is wrong with it. */
  repair(shape: Shape, reply: string, problem: string): readonly Message[];
}
