import type { JsonSchema } from "../../ground/json.ts";
import type { Schema, SchemaIssue } from "../../values/schema.ts";
import { isObject } from "./field.ts";
import {
  fenceNotice,
  outputDescription,
  passDescription,
  reasoningDescription,
  referenceDescription,
  scoreDescription,
  taskDescription,
} from "./prompts.ts";

/** What a judge reads: texts, already fenced. `reference` is absent when the example has no expected value. */
export interface JudgeInput {
  readonly task: string;
  readonly output: string;
  readonly reference?: string;
}

/** What a judge says: `score` in 1..scale when it grades, else `pass`. */
export interface Verdict {
  readonly reasoning: string;
  readonly score?: number;
  readonly pass?: boolean;
}

// Written by hand rather than with zod: importing a metric must not load a schema library.
function schemaOf<T>(json: JsonSchema, check: (value: Readonly<Record<string, unknown>>) => SchemaIssue[]): Schema<T> {
  const copy = (): Record<string, unknown> => structuredClone(json);
  return {
    "~standard": {
      version: 1,
      vendor: "cultivar",
      validate: (value) => {
        if (!isObject(value)) return { issues: [{ message: "expected an object" }] };
        const issues = check(value);
        return issues.length > 0 ? { issues } : { value: value as T };
      },
      jsonSchema: { input: copy, output: copy },
    },
  };
}

function texts(value: Readonly<Record<string, unknown>>, names: readonly string[]): SchemaIssue[] {
  return names
    .filter((name) => typeof value[name] !== "string")
    .map((name) => ({ message: "expected a string", path: [name] }));
}

/** The judge's inputs. */
export const judgeInput: Schema<JudgeInput> = schemaOf<JudgeInput>(
  {
    type: "object",
    properties: {
      task: { type: "string", description: `${taskDescription} ${fenceNotice}` },
      output: { type: "string", description: `${outputDescription} ${fenceNotice}` },
      reference: { type: "string", description: `${referenceDescription} ${fenceNotice}` },
    },
    required: ["task", "output"],
    additionalProperties: false,
  },
  (value) => texts(value, value["reference"] === undefined ? ["task", "output"] : ["task", "output", "reference"]),
);

/**
 * The structured verdict: graded 1..scale, or pass or fail without a scale. Reasoning comes first, so that it is
 * written first.
 */
export function verdictSchema(scale: number | undefined): Schema<Verdict> {
  const reasoning = { type: "string", description: reasoningDescription };
  const [name, grade] =
    scale === undefined
      ? ["pass", { type: "boolean", description: passDescription }]
      : ["score", { type: "integer", minimum: 1, maximum: scale, description: scoreDescription(scale) }];
  return schemaOf<Verdict>(
    {
      type: "object",
      properties: { reasoning, [name]: grade },
      required: ["reasoning", name],
      additionalProperties: false,
    },
    (value) => {
      const issues = texts(value, ["reasoning"]);
      const { pass, score } = value;
      if (scale === undefined && typeof pass !== "boolean")
        issues.push({ message: "expected true or false", path: ["pass"] });
      if (scale !== undefined && !(Number.isInteger(score) && Number(score) >= 1 && Number(score) <= scale)) {
        issues.push({ message: `expected a whole number from 1 to ${scale}`, path: ["score"] });
      }
      return issues;
    },
  );
}
