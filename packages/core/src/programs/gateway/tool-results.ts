import { blame, isCultivarError, messageOf } from "../../ground/errors.ts";
import { redactMember } from "../../ground/redact-secrets.ts";
import { refuseAborted } from "../lm-error.ts";
import type { Till } from "./attempts.ts";
import type { CallRecord } from "./call-record.ts";

interface ToolResult {
  readonly output?: unknown;
  readonly error?: string;
}

/** Results of tools by address: each tool runs once, and its result is journaled before it is used. */
export function toolResults(
  till: Till,
  earlier: readonly CallRecord[],
): (address: readonly string[], run: () => Promise<unknown>) => Promise<unknown> {
  const results = new Map<string, Promise<ToolResult>>();
  for (const record of earlier) if (record.type === "tool") results.set(record.address, Promise.resolve(record));
  return async (address, run) => {
    const name = address.join("/");
    let result = results.get(name);
    if (result === undefined) {
      result = runTool(till, name, run);
      results.set(name, result);
      result.catch(() => results.delete(name));
    }
    const { output, error } = await result;
    if (error !== undefined) throw new Error(error);
    return output;
  };
}

async function runTool(
  { meter, append, signal }: Till,
  address: string,
  run: () => Promise<unknown>,
): Promise<ToolResult> {
  let result: ToolResult;
  try {
    const output = await meter.wait(run(), signal, address);
    // A replayed result is JSON without secrets: so is a fresh one, or a resumed run would see other observations.
    result = { output: JSON.parse(JSON.stringify(output) ?? "null", redactMember) as unknown };
  } catch (error) {
    refuseAborted(signal, address);
    // What the world did to a module that the tool called is no result of the tool: a resumed run tries again.
    if (isCultivarError(error) && blame(error) !== "candidate") throw error;
    result = { error: messageOf(error, 2000) };
  }
  await append({ type: "tool", address, ...result });
  return result;
}
