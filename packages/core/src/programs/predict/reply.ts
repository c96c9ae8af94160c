import { CultivarError, isCultivarError } from "../../ground/errors.ts";
import type { Request, Response } from "../../values/language-model.ts";
import type { SchemaResult } from "../../values/schema.ts";
import { describeIssues, validate } from "../../values/schema.ts";
import type { Signature } from "../../values/signature.ts";
import { askModel, requireWhole } from "../ask-model.ts";
import type { Format, Shape } from "../codec/format.ts";
import type { Sending } from "./prompt.ts";

type Reply = Pick<Response, "text" | "parsed">;

/** Asks, and once more with the reply and what was wrong with it. Throws `parse` when that does not fit either. */
export async function ask(
  signature: Signature,
  shape: Shape,
  { lm, format }: Sending,
  request: Request,
): Promise<unknown> {
  const first = await askModel(lm, request);
  requireWhole(first, signature.name);
  let problem: CultivarError;
  try {
    const result = check(signature, shape, format, first);
    return outputOf(signature, first, result instanceof Promise ? await result : result);
  } catch (error) {
    if (!isCultivarError(error, "parse")) throw error;
    problem = error;
  }
  const turns = format.repair(shape, first.text, problem.message);
  const second = await askModel(lm, { ...request, messages: [...request.messages, ...turns] });
  requireWhole(second, signature.name);
  return readReply(signature, shape, format, second);
}

/** The output that a reply gives. Throws `parse` errors. */
export async function readReply(signature: Signature, shape: Shape, format: Format, reply: Reply): Promise<unknown> {
  return outputOf(signature, reply, await check(signature, shape, format, reply));
}

function check(
  signature: Signature,
  shape: Shape,
  format: Format,
  reply: Reply,
): SchemaResult<unknown> | Promise<SchemaResult<unknown>> {
  return validate(signature.output, format.parse(shape, reply));
}

function outputOf(signature: Signature, reply: Reply, checked: SchemaResult<unknown>): unknown {
  if (checked.issues === undefined) return checked.value;
  throw new CultivarError(
    "parse",
    `${signature.name}: the reply does not fit the output: ${describeIssues(checked.issues)}`,
    { fields: { reply: reply.text.slice(0, 2000) } },
  );
}
