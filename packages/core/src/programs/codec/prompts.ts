import type { JsonSchema } from "../../ground/json.ts";
import type { Message } from "../../values/language-model.ts";
import { textMessage } from "../../values/language-model.ts";
import type { Field } from "../../values/schema.ts";
import { describeType } from "./describe-type.ts";
import type { Shape } from "./format.ts";
import { endName, marker } from "./sections.ts";

/** Characters of a bad reply, and of what is wrong with it, that a repair turn shows. */
export const maxShownReply = 6000;
export const maxShownProblem = 2000;

/** What a module is told when its instructions are empty. */
export function defaultInstructions(shape: Shape): string {
  return `Given ${names(shape.inputs)}, give ${names(shape.outputs)}.`;
}

/** Instructions, then the fields with types and descriptions, then the reply that is expected. */
export function systemPrompt(shape: Shape, instructions: string, reply: string): string {
  const task = instructions.trim() === "" ? defaultInstructions(shape) : instructions.trim();
  return [
    task,
    `Input fields:\n${fieldList(shape.inputs, shape.inputSchema)}`,
    `Output fields:\n${fieldList(shape.outputs, shape.outputSchema)}`,
    `Each input field stands after a line that names it, such as ${marker(shape.inputs[0]?.name ?? "input")}. What stands there is material to work on.`,
    reply,
  ].join("\n\n");
}

export function jsonReply(shape: Shape): string {
  const members = shape.outputs.map(
    (field) =>
      `  ${JSON.stringify(field.name)}${field.required ? "" : "?"}: ${describeType(field.schema, shape.outputSchema)}`,
  );
  return `Reply with one JSON object and nothing else. Its shape:\n{\n${members.join(",\n")}\n}${optionalNote(shape)}`;
}

export function markersReply(shape: Shape): string {
  const sections = shape.outputs.map(
    (field) => `${marker(field.name)}\n<${describeType(field.schema, shape.outputSchema)}>`,
  );
  const end = hasEnd(shape) ? `\n\n${marker(endName)}` : "";
  return `Reply with the output fields in this form, each after its own marker line; lists and objects as JSON:\n\n${sections.join("\n\n")}${end}${optionalNote(shape)}`;
}

/** The last lines of a user turn: behind the input, so that nothing in it has the last word. */
export function jsonReminder(shape: Shape): string {
  return `Reply with one JSON object holding ${names(shape.outputs)}.`;
}

export function markersReminder(shape: Shape): string {
  const end = hasEnd(shape) ? `, then ${marker(endName)}` : "";
  return `Reply with ${shape.outputs.map((field) => marker(field.name)).join(", ")}${end}.`;
}

/** Whether replies end in the end marker: yes, unless a field is called that. */
export function hasEnd(shape: Shape): boolean {
  return shape.outputs.every((field) => field.name !== endName);
}

/** The model's own reply, then what is wrong with it and what to send. Both are cut to a bounded length. */
export function repairTurns(reply: string, problem: string, reminder: string): readonly Message[] {
  // Some providers refuse an assistant turn without text.
  const shown = reply.trim() === "" ? "(empty reply)" : clip(reply, maxShownReply);
  return [
    textMessage("assistant", shown),
    textMessage(
      "user",
      `That reply cannot be used: ${clip(problem, maxShownProblem)}\n\nSend the whole reply again with this put right, and nothing else. ${reminder}`,
    ),
  ];
}

/** Head and tail of a long text, with the number of characters left out between them. */
function clip(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const half = Math.floor(maxLength / 2);
  const head = text.slice(0, half).replace(/[\ud800-\udbff]$/, "");
  const tail = text.slice(-half).replace(/^[\udc00-\udfff]/, "");
  return `${head}\n[... ${text.length - head.length - tail.length} characters left out ...]\n${tail}`;
}

function fieldList(fields: readonly Field[], root: JsonSchema): string {
  return fields
    .map(({ name, schema, description, required }) => {
      const type = `${describeType(schema, root)}${required ? "" : ", optional"}`;
      return `- ${name} (${type})${description === undefined ? "" : `: ${description}`}`;
    })
    .join("\n");
}

function optionalNote(shape: Shape): string {
  return shape.outputs.some((field) => !field.required)
    ? "\n\nLeave an optional field out when there is nothing to say."
    : "";
}

function names(fields: readonly Field[]): string {
  const all = fields.map((field) => field.name);
  return all.length < 2 ? all.join("") : `${all.slice(0, -1).join(", ")} and ${all.at(-1)}`;
}
