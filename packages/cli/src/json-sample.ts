import type { JsonSchema } from "@cultivar/core";

/** The smallest value that fits the common keywords of a JSON Schema; texts are named after their field: `{{query}}`. */
export function sampleOf(schema: JsonSchema, name = "value"): unknown {
  const given = schema as Readonly<Record<string, unknown>>;
  if ("const" in given) return given["const"];
  if (Array.isArray(given["enum"])) return (given["enum"] as readonly unknown[])[0];
  for (const key of ["anyOf", "oneOf", "allOf"]) {
    const options = given[key];
    if (Array.isArray(options) && options.length > 0) return sampleOf(options[0] as JsonSchema, name);
  }
  const type = Array.isArray(given["type"]) ? (given["type"] as readonly unknown[])[0] : given["type"];
  switch (type) {
    case "object": {
      const fields = (given["properties"] ?? {}) as Readonly<Record<string, JsonSchema>>;
      return Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, sampleOf(field, key)]));
    }
    case "array": {
      const least = Math.max(1, Number(given["minItems"] ?? 0));
      return Array.from({ length: least }, () => sampleOf((given["items"] ?? { type: "string" }) as JsonSchema, name));
    }
    case "number":
    case "integer":
      return Math.ceil(Number(given["minimum"] ?? 0));
    case "boolean":
      return false;
    case "null":
      return null;
    default:
      return `{{${name}}}`.padEnd(Number(given["minLength"] ?? 0), ".");
  }
}
