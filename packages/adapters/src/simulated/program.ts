import type { Candidate, Module } from "@cultivar/core";
import { encodeDemos, predict, program, signature } from "@cultivar/core";
import { z } from "zod";
import type { FieldSpec, ModuleSpec, World } from "./world.ts";

/** A world's program: a row's input in, all fields that its modules wrote out. */
export type WorldProgram = Module<Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>>;

function typeOf({ type, choices }: FieldSpec): z.ZodType {
  if (choices !== undefined) return z.enum(choices);
  if (type === "boolean") return z.boolean();
  if (type === "number") return z.number();
  return type === "string[]" ? z.array(z.string()) : z.string();
}

function schemaOf(fields: readonly FieldSpec[]): z.ZodObject {
  return z.object(Object.fromEntries(fields.map((field) => [field.name, typeOf(field).describe(field.description)])));
}

function moduleOf({ name, instructions, inputs, outputs }: ModuleSpec): WorldProgram {
  return predict(signature({ name, instructions, input: schemaOf(inputs), output: schemaOf(outputs) }));
}

/**
 * A world's program as a user would write it: one `predict` per module, in order, each fed from the row's input and
 * from what came before. Component ids are `<module>.instructions` and `<module>.demos`.
 */
export function programOf(world: World): WorldProgram {
  const { name, modules } = world.program;
  if (modules.length === 1) return moduleOf(modules[0]!);
  const parts = Object.fromEntries(modules.map((module) => [module.name, moduleOf(module)]));
  return program(name, parts, async (m, input: Readonly<Record<string, unknown>>) => {
    let fields = input;
    for (const module of modules) {
      const own = Object.fromEntries(module.inputs.map((field) => [field.name, fields[field.name]]));
      fields = { ...fields, ...(await m[module.name]!(own)) };
      if (world.between !== undefined) fields = { ...fields, ...world.between(module.name, fields) };
    }
    return fields;
  });
}

/** The world's best candidate for {@link programOf}, over a complete `baseline`: instructions, demos and students. */
export function optimumOf(world: World, baseline: Candidate): Candidate {
  const { instructions, demos = {}, students = {} } = world.optimum;
  const named = (part: string, values: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(values).map(([module, value]) => [`${module}.${part}`, value]));
  const sets = Object.fromEntries(Object.entries(demos).map(([module, rows]) => [module, encodeDemos({ rows })]));
  return { ...baseline, ...named("instructions", instructions), ...named("demos", sets), ...named("model", students) };
}
