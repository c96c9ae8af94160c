import type { ComponentId, DemoRow, Sketch } from "@cultivar/core";
import { modulePath } from "../demos/demo-components.ts";

/**
 * A demo from a run with the declared inputs only. What a program hands to a module may hold more (`{ ...input, topic }`),
 * which the signature drops before the input is compared.
 */
export function asDeclared(sketch: Sketch, id: ComponentId, row: DemoRow): DemoRow {
  // A module over one signature is its own whole program: its path names no child.
  const { inputs } = modulePath(id)
    .split(".")
    .reduce((at, key) => at.children[key] ?? at, sketch);
  if (inputs === undefined) return row;
  const declared = inputs.flatMap(({ name }) => (Object.hasOwn(row.input, name) ? [[name, row.input[name]]] : []));
  return { ...row, input: Object.fromEntries(declared) as DemoRow["input"] };
}
