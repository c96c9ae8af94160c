import type { Asked, AskedField } from "./reading/asked.ts";

/** A reply in the layout that was asked for. */
export function writeReply(
  layout: Asked["layout"],
  fields: readonly (readonly [name: string, value: unknown])[],
): string {
  switch (layout) {
    case "json":
      return JSON.stringify(Object.fromEntries(fields));
    case "markers":
      return [
        ...fields.map(([name, value]) => `[[ ## ${name} ## ]]\n${textOf(value)}\n`),
        "[[ ## completed ## ]]",
      ].join("\n");
    case "tags":
      return fields.map(([name, value]) => `<${name}>\n${textOf(value)}\n</${name}>`).join("\n");
    case "fence":
      return ["```", ...fields.map(([, value]) => textOf(value)), "```"].join("\n");
    case "lines":
      return fields.map(([name, value]) => `${name}: ${textOf(value)}`).join("\n");
  }
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** A value as a field's schema wants it: a choice in its own spelling, a boolean or number where one is declared. */
export function fit(value: unknown, field: AskedField): unknown {
  if (field.choices !== undefined) {
    const same = field.choices.find((choice) => choice.toLowerCase() === String(value).toLowerCase());
    return same ?? value;
  }
  if (field.type === "boolean" && typeof value !== "boolean") return String(value).toLowerCase() === "true";
  if ((field.type === "number" || field.type === "integer") && typeof value !== "number") {
    const number = Number(value);
    return Number.isFinite(number) ? number : 0;
  }
  if (field.type === "string" && typeof value !== "string") return String(value);
  if (field.type === "array" && !Array.isArray(value)) return [value];
  return value;
}

/** Something of the right type for a field that the writer knows nothing of. */
export function filler(field: AskedField): unknown {
  if (field.choices !== undefined) return field.choices[0];
  if (field.type === "boolean") return false;
  if (field.type === "number" || field.type === "integer") return 0;
  if (field.type === "array") return [];
  if (field.type === "object") return {};
  return "";
}

/** A reply cut in the middle: what a malformed answer looks like. */
export function spoil(reply: string): string {
  return reply.slice(0, Math.ceil(reply.length / 2));
}
