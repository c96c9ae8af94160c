import { blame, CultivarError, isCultivarError } from "../ground/errors.ts";
import type { JsonSchema } from "../ground/json.ts";
import type { InferOutput, Schema } from "../values/schema.ts";
import { describeIssues, validate } from "../values/schema.ts";
import type { ToolSpan } from "../values/trace.ts";
import { inTurn, moduleScope } from "./ask-model.ts";
import type { Building } from "./call.ts";
import { spanError } from "./call.ts";
import { refuseAborted } from "./lm-error.ts";
import { RowCalls } from "./row-calls.ts";
import { childScope, runIn } from "./scope.ts";

export interface ToolContext {
  readonly signal: AbortSignal | undefined;
}

/** Something a model may call. Its description is a component; its arguments are validated before it runs. */
export interface Tool<A extends Schema = Schema> {
  readonly description: string;
  readonly arguments: A;
  readonly run: (args: never, context: ToolContext) => unknown;
}

/** Declares a tool. `run` may be asynchronous; what it returns must be JSON, what it throws becomes an observation. */
export function tool<A extends Schema>(spec: {
  readonly description: string;
  readonly arguments: A;
  readonly run: (args: InferOutput<A>, context: ToolContext) => unknown;
}): Tool<A> {
  return spec;
}

/** The JSON Schema that a model fills to call the tool. */
export function parametersOf(name: string, declared: Tool): JsonSchema {
  const schema = declared.arguments["~standard"].jsonSchema?.input({ target: "draft-2020-12" });
  if (schema?.["type"] !== "object") {
    throw new CultivarError(
      "signature",
      `tool ${name}: arguments must be an object schema that can say its JSON Schema; use z.object({ ... })`,
    );
  }
  return schema;
}

/** What a model sees of one tool call. */
export interface Observation {
  readonly text: string;
  readonly failed: boolean;
}

/**
 * Runs one tool call and says what came of it in words: a bad argument or a thrown error is an observation, never a
 * crash. Inside a run the result is journaled under its address, so that a resumed run sees the same one. What the
 * world or the run did to a module that the tool called (a lost connection, a used-up budget) does propagate.
 */
export async function callTool(path: string, name: string, declared: Tool, args: unknown): Promise<Observation> {
  const scope = moduleScope();
  const span: Building<ToolSpan> = { kind: "tool", path, name, input: args, children: [] };
  scope.spans?.push(span);
  const child = childScope(scope, `tool:${name}(${JSON.stringify(args) ?? ""})`, undefined);
  // The calls of a tool have an order of their own: its result, which waits for them, is one answer in that of the row.
  const calls = scope.calls === undefined ? undefined : new RowCalls();
  const run = async (): Promise<unknown> => {
    const result = await validate(declared.arguments, args);
    if (result.issues !== undefined) {
      throw new CultivarError("program", `the arguments do not fit: ${describeIssues(result.issues)}`);
    }
    try {
      return await declared.run(result.value as never, { signal: scope.signal });
    } finally {
      // Calls that the tool left running are a part of what it does: the row waits for them by waiting for it.
      if (calls?.busy === true) await calls.settled();
    }
  };
  try {
    const output = await runIn({ ...child, calls }, () =>
      scope.gateway === undefined ? run() : inTurn(scope, scope.gateway.tool(child.address, run), true),
    );
    span.output = output;
    return { text: typeof output === "string" ? output : (JSON.stringify(output) ?? "null"), failed: false };
  } catch (error) {
    span.error = spanError(error);
    refuseAborted(scope.signal, path);
    if (isCultivarError(error) && blame(error) !== "candidate") throw error;
    return { text: `Error: ${span.error.message}`, failed: true };
  }
}
