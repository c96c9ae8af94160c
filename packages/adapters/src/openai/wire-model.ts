import type { Capabilities } from "@cultivar/core";
import type { StrictSchema } from "../shared/strict-schema.ts";
import type { JsonSchema } from "@cultivar/core";

/** What the mappers need to know of a model; plain data and one pure function. */
export interface WireModel {
  /** `provider/modelId`, for messages. */
  readonly where: string;
  readonly modelId: string;
  readonly capabilities: Capabilities;
  /** Chat completions call it `max_tokens` everywhere but at OpenAI, whose reasoning models refuse that name. */
  readonly maxTokensField: "max_tokens" | "max_completion_tokens";
  /** False where stop sequences are refused (reasoning models). */
  readonly takesStop: boolean;
  /** Hold tool arguments to their schema too; other servers may not know the field. */
  readonly strictTools: boolean;
  readonly compile: (schema: JsonSchema) => StrictSchema;
  readonly extra: Readonly<Record<string, unknown>>;
}

/** A request body ready to send, with the schemas needed to read the answer. */
export interface WireRequest<Body> {
  readonly body: Body;
  readonly warnings: readonly string[];
  /** Of the structured output, when one was asked for. */
  readonly output: StrictSchema | undefined;
  /** Of tool arguments, by tool name. */
  readonly tools: ReadonlyMap<string, StrictSchema>;
}
