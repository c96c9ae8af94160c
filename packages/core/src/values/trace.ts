import type { Candidate } from "./component.ts";
import type { FinishReason, Message, ToolCall, Usage } from "./language-model.ts";

/** What happened to something that ran: a value, or an error in words with its code. */
export interface SpanError {
  readonly code: string;
  readonly message: string;
}

/** A module (predict, react, a program, ...) that ran. `components` are the values it used, by full id. */
export interface ModuleSpan {
  readonly kind: "module";
  /** The component prefix: `answer`, `outer.qa.answer`; a program's is its own path, `""` at the root. */
  readonly path: string;
  readonly name: string;
  readonly input: unknown;
  readonly output?: unknown;
  readonly error?: SpanError;
  readonly components: Candidate;
  readonly children: readonly Span[];
}

/** A tool that `react` called. A tool's error is an observation. */
export interface ToolSpan {
  readonly kind: "tool";
  readonly path: string;
  readonly name: string;
  readonly input: unknown;
  readonly output?: unknown;
  readonly error?: SpanError;
  readonly children: readonly Span[];
}

/** One call of a language model: what was sent and what came back. */
export interface LmSpan {
  readonly kind: "lm";
  /** `provider/modelId`. */
  readonly model: string;
  readonly messages: readonly Message[];
  readonly sample: number;
  readonly text?: string;
  readonly toolCalls?: readonly ToolCall[];
  readonly usage?: Usage;
  readonly finishReason?: FinishReason;
  readonly warnings?: readonly string[];
  readonly error?: SpanError;
}

export type Span = ModuleSpan | ToolSpan | LmSpan;

/** What really ran for one example: the tree under the program's own span. Plain data, without times. */
export type Trace = ModuleSpan;

/** Every span of a trace, parents before children, in the order in which they started. */
export function* spansOf(trace: Span): Generator<Span> {
  yield trace;
  if (trace.kind !== "lm") for (const child of trace.children) yield* spansOf(child);
}

/** The spans of the modules at `path`, in order: several when a loop called one module more than once. */
export function moduleSpans(trace: Trace, path: string): readonly ModuleSpan[] {
  const found: ModuleSpan[] = [];
  for (const span of spansOf(trace)) if (span.kind === "module" && span.path === path) found.push(span);
  return found;
}
