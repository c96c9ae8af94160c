import { CultivarError } from "../ground/errors.ts";
import type { LanguageModel, Request, Response } from "../values/language-model.ts";
import type { LmSpan } from "../values/trace.ts";
import type { Building } from "./call.ts";
import { spanError } from "./call.ts";
import type { Frame } from "./module.ts";
import type { Scope } from "./scope.ts";
import { currentScope, emptyScope, Repeats, sampleIndex } from "./scope.ts";

/** The model of a module: its own choice, else the program's, else the default. Throws `config` when none is bound. */
export function modelOf(frame: Frame): LanguageModel {
  const { models, candidate, prefix } = frame;
  const choice = candidate[`${prefix}model`] ?? candidate["model"] ?? "default";
  const lm = choice === "default" ? models?.default : models?.choices?.[choice];
  if (lm === undefined) {
    throw new CultivarError(
      "config",
      `${prefix}model: no model named ${JSON.stringify(choice)} is bound; give it in with({ models }) or with({ lm })`,
    );
  }
  return lm;
}

/** The scope of the running module; modules always run in one. */
export function moduleScope(): Scope {
  return currentScope() ?? { ...emptyScope, repeats: new Repeats(), spans: undefined };
}

/** Sends one request through the run's gateway (or straight to the model outside a run), as a span of the trace. */
export async function askModel(lm: LanguageModel, request: Request): Promise<Response> {
  const scope = moduleScope();
  (scope.gateway === undefined ? scope.signal : scope.callSignal)?.throwIfAborted();
  const sample = sampleIndex(scope);
  const sent: Request = sample === 0 ? request : { ...request, sample };
  const span: Building<LmSpan> | undefined =
    scope.spans === undefined
      ? undefined
      : { kind: "lm", model: `${lm.provider}/${lm.modelId}`, messages: request.messages, sample };
  if (span !== undefined) scope.spans!.push(span);
  try {
    const response =
      scope.gateway === undefined
        ? await lm.generate(sent, scope.signal === undefined ? undefined : { signal: scope.signal })
        : await unlessAborted(inTurn(scope, scope.gateway.generate(lm, sent)), scope.callSignal);
    if (span !== undefined) fill(span, response);
    return response;
  } catch (error) {
    if (span !== undefined) span.error = spanError(error);
    throw error;
  }
}

/** An answer of the run's gateway (`ofTool`: the result of a tool) in its place among those of the row. */
export function inTurn<T>({ calls }: Scope, answer: Promise<T>, ofTool = false): Promise<T> {
  return calls === undefined ? answer : calls.inOrder(answer, ofTool);
}

/** A call of the run may be shared with others, so what one caller gave ends its own wait, not the call. */
function unlessAborted<T>(call: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  return signal === undefined ? call : raced(call, signal);
}

async function raced<T>(call: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason as Error);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([call, aborted]);
  } finally {
    signal.removeEventListener("abort", stop!);
  }
}

function fill(span: Building<LmSpan>, response: Response): void {
  span.text = response.text;
  span.usage = response.usage;
  span.finishReason = response.finishReason;
  if (response.toolCalls !== undefined) span.toolCalls = response.toolCalls;
  if (response.warnings.length > 0) span.warnings = response.warnings;
}

/** Throws the typed failure of a reply that is no whole answer: cut off, refused, filtered. */
export function requireWhole(response: Response, where: string): void {
  switch (response.finishReason) {
    case "length":
      throw new CultivarError("truncated", `${where}: the reply was cut off at the output limit; raise maxTokens`);
    case "refusal":
      throw new CultivarError("refusal", `${where}: the model refused: ${response.text.slice(0, 200)}`);
    case "content-filter":
      throw new CultivarError("content-filter", `${where}: the provider filtered the reply`);
    case "context-overflow":
      throw new CultivarError("context-overflow", `${where}: the context window was full`);
    default:
  }
}
