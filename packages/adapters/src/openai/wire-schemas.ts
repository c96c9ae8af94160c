import type { Request } from "@cultivar/core";
import type { StrictSchema } from "../shared/strict-schema.ts";
import type { WireModel } from "./wire-model.ts";

interface NamedSchema {
  readonly name: string;
  readonly strict: boolean;
  readonly schema: Record<string, unknown>;
}

interface WireTool {
  readonly name: string;
  readonly description: string;
  readonly parameters: Record<string, unknown>;
  readonly strict?: boolean;
}

/**
 * The structured output as a named schema: strict where the schema can be expressed so, else as it is. Dropped with a
 * warning where the model has no structured output.
 */
export function wireOutput(
  request: Request,
  model: WireModel,
): { readonly format?: NamedSchema; readonly schema?: StrictSchema; readonly warnings: readonly string[] } {
  const { output } = request;
  if (output === undefined) return { warnings: [] };
  if (!model.capabilities.structuredOutput) {
    return { warnings: [`output schema was dropped: ${model.modelId} has no structured output`] };
  }
  const schema = model.compile(output.schema);
  return {
    format: { name: output.name, strict: schema.strict, schema: schema.schema as Record<string, unknown> },
    schema,
    warnings: [],
  };
}

/** The tools with their schemas. Dropped with a warning where the model has none. */
export function wireTools(
  request: Request,
  model: WireModel,
): {
  readonly list: readonly WireTool[];
  readonly schemas: ReadonlyMap<string, StrictSchema>;
  readonly warnings: readonly string[];
} {
  const tools = request.tools ?? [];
  const schemas = new Map<string, StrictSchema>();
  if (tools.length === 0) return { list: [], schemas, warnings: [] };
  if (!model.capabilities.tools) {
    return { list: [], schemas, warnings: [`tools were dropped: ${model.modelId} has no tool calls`] };
  }
  const list = tools.map(({ name, description, parameters }) => {
    if (!model.strictTools) return { name, description, parameters };
    const schema = model.compile(parameters);
    schemas.set(name, schema);
    return { name, description, parameters: schema.schema as Record<string, unknown>, strict: schema.strict };
  });
  return { list, schemas, warnings: [] };
}
