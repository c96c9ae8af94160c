/** How a `react` module works, said to models that call tools natively. */
export const reactNative: string =
  "Work step by step: call tools to find out what you need, then call `finish` with the final answer. Call `finish` only once you have everything.";

/** The same for models without native tools: every reply is one JSON object. */
export const reactStructured: string =
  'Work step by step. Every reply is one JSON object: {"thought": "...", "call": {"tool": "...", "arguments": {...}}}. Call one tool at a time; you then see its result. When you have everything, call the tool "finish" with the final answer as its arguments.';

/** Shown when a reply called nothing. */
export const reactNoCall: string = "You called no tool. Call one of the tools, or `finish` with the final answer.";
