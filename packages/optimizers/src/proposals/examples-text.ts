import type { ComponentId, DemoRow, Example, Row, Study } from "@cultivar/core";
import { moduleSpans } from "@cultivar/core";
import { modulePath } from "../demos/demo-components.ts";

/** Rows as the reflection model reads them. Each must be of train. */
export function examplesText(study: Study, id: ComponentId, rows: readonly Row[]): string {
  const examples = new Map(study.train.map((example) => [example.id, example]));
  return rows.map((row, i) => exampleText(id, examples.get(row.id)!, row, i + 1)).join("\n\n");
}

/** A labelled row alone: its input, and what is expected. */
export function rowText({ input, expected }: Example, number: number): string {
  const label = expected === undefined ? "" : `\n\n## Expected of the program\n${fieldsText(expected)}`;
  return `# Example ${number}\n\n## Inputs\n${fieldsText(input)}${label}`;
}

/** Demos as a module is shown them. */
export function demosText(demos: readonly DemoRow[]): string {
  const texts = demos.map(({ input, output }, i) => {
    return `# Example ${i + 1}\n\n## Inputs\n${fieldsText(input)}\n\n## Outputs\n${fieldsText(output)}`;
  });
  return texts.join("\n\n");
}

/** One example: what went into the text's module, what came out, and what was said. */
function exampleText(id: ComponentId, example: Example, row: Row, number: number): string {
  const path = ownerOf(id, row);
  const spans = row.trace === undefined ? [] : moduleSpans(row.trace, path);
  const runs = spans.length > 0 ? spans : [row.trace ?? { input: example.input, output: undefined, error: undefined }];
  const own = row.byModule?.[path];
  const parts = runs.flatMap(({ input, output, error }) => [
    `## Inputs\n${fieldsText(input)}`,
    `## Outputs\n${error === undefined ? fieldsText(output) : `(failed: ${error.message})`}`,
  ]);
  const expected =
    example.expected === undefined ? [] : [`## Expected of the program\n${fieldsText(example.expected)}`];
  const said = own ?? row.feedback;
  return [
    `# Example ${number}`,
    ...parts,
    ...(said === undefined ? expected : []),
    `## Score\n${row.score ?? "unknown"}`,
    ...(said === undefined ? [] : [`## Feedback\n${said}`]),
  ].join("\n\n");
}

/** The module that a component belongs to: the innermost one that ran (of `agent.tools.search.description`: `agent`). */
export function ownerOf(id: ComponentId, { trace }: Row): string {
  const own = modulePath(id);
  if (trace === undefined) return own;
  for (let path = own; path !== ""; path = modulePath(path)) if (moduleSpans(trace, path).length > 0) return path;
  return own;
}

function fieldsText(value: unknown): string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return shown(value);
  return Object.entries(value)
    .map(([name, field]) => `### ${name}\n${shown(field)}`)
    .join("\n\n");
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value, undefined, 1) ?? "");
}
