import type { JsonSchema, Message, Part, Request, Response, ToolSpec } from "@cultivar/core";

/** What a request on the wire asks for. */
export interface WireCall {
  readonly model: string;
  readonly request: Request;
  readonly stream: boolean;
  /** Replies wanted, at least 1. */
  readonly count: number;
  /** The tool that the reply must call: its parameters are then `request.output`. */
  readonly forcedTool?: string;
  /** With `stream`: whether the stream ends with the usage. */
  readonly streamsUsage: boolean;
}

/** One server-sent event. */
export interface ServerEvent {
  readonly event?: string;
  readonly data: unknown;
}

/** One wire format: pure mappers between its bodies and core's requests and responses. */
export interface Wire {
  readonly path: string;
  read(body: Body): WireCall;
  reply(id: string, call: WireCall, responses: readonly Response[]): unknown;
  events(id: string, call: WireCall, responses: readonly Response[]): readonly ServerEvent[];
  error(status: number, message: string, code: string | null): unknown;
}

/** A JSON object as it came in; every member is still to be checked. */
export type Body = Readonly<Record<string, unknown>>;

/** A request that cannot be understood; answered with status 400. */
export class BadRequest extends Error {
  override readonly name = "BadRequest";
}

/** Seconds since 1970 that every reply names as its birth: replies are pure functions of the request. */
export const created = 1_767_225_600;

export function isBody(value: unknown): value is Body {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The objects of a list. Throws BadRequest when it is no list of objects. */
export function bodiesOf(value: unknown, where: string): readonly Body[] {
  if (Array.isArray(value) && value.every(isBody)) return value;
  throw new BadRequest(`${where}: expected a list of objects`);
}

/** Content as core's parts: a text, or a list of parts whose texts are kept; images and files count as such. */
export function partsOf(content: unknown, where: string): readonly Part[] {
  if (content === null || content === undefined) return [];
  if (typeof content === "string") return [{ type: "text", text: content }];
  return bodiesOf(content, where).flatMap((part): readonly Part[] =>
    typeof part["text"] === "string" ? [{ type: "text", text: part["text"] }] : [],
  );
}

export function textOfParts(content: unknown, where: string): string {
  return partsOf(content, where)
    .map((part) => (part.type === "text" ? part.text : ""))
    .join("");
}

/** A text, or what stands for it when there is none. */
export function stringOr(value: unknown, otherwise: string): string {
  return typeof value === "string" ? value : otherwise;
}

/** JSON when it parses, else the text itself. */
export function argumentsOf(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return text;
  }
}

/** Assembles a request; a forced tool becomes the output that it is. */
export function requestOf(options: {
  readonly messages: readonly Message[];
  readonly tools: readonly ToolSpec[];
  readonly forced: string | undefined;
  readonly output: { readonly name: string; readonly schema: JsonSchema } | undefined;
  readonly maxTokens: unknown;
}): { readonly request: Request; readonly forcedTool?: string } {
  const { messages, tools, forced, maxTokens } = options;
  const tool = forced === undefined ? undefined : tools.find((one) => one.name === forced);
  if (forced !== undefined && tool === undefined)
    throw new BadRequest(`tool_choice: expected one of the given tools, got ${JSON.stringify(forced)}`);
  const output = tool === undefined ? options.output : { name: tool.name, schema: tool.parameters };
  return {
    request: {
      messages,
      ...(tool === undefined && tools.length > 0 && { tools }),
      ...(output !== undefined && { output }),
      ...(typeof maxTokens === "number" && { maxTokens }),
    },
    ...(tool !== undefined && { forcedTool: tool.name }),
  };
}

/** The model's name. Throws BadRequest without one. */
export function modelOf(body: Body): string {
  if (typeof body["model"] === "string") return body["model"];
  throw new BadRequest("model: expected a text");
}

/** A text in pieces of about 20 characters, as streams send them. */
export function piecesOf(text: string): readonly string[] {
  return text.match(/[\s\S]{1,20}/g) ?? [];
}

/** Input tokens of a call and output tokens of all its replies. */
export function tokensOf(responses: readonly Response[]): { readonly input: number; readonly output: number } {
  return {
    input: responses[0]?.usage.inputTokens ?? 0,
    output: responses.reduce((sum, response) => sum + (response.usage.outputTokens ?? 0), 0),
  };
}
