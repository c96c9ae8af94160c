import { CultivarError } from "../ground/errors.ts";
import { optionalSpaceOf, spaceOf } from "../programs/bind.ts";
import type { AnyModule } from "../programs/module.ts";
import type { ComponentSpec, Space } from "../values/component.ts";
import type { Models } from "../values/language-model.ts";
import type { Vary } from "./target.ts";

/** What may vary in a run: texts and demos, plus the choices that `vary` names, less what it holds still. Ids in sorted order. */
export function searchSpace(module: AnyModule, models: Models | undefined, vary: Vary): Space {
  const space: Record<string, ComponentSpec> = { ...spaceOf(module) };
  const optional = optionalSpaceOf(module, models);
  for (const [id, wanted] of Object.entries(vary)) {
    if (wanted === false) {
      if (!Object.hasOwn(space, id)) throw unknown(id, Object.keys(space), "can be held still");
      delete space[id];
      continue;
    }
    // Texts and demo sets vary anyway.
    if (wanted === true && Object.hasOwn(space, id)) continue;
    if (!Object.hasOwn(optional, id)) throw unknown(id, Object.keys(optional), "has choices");
    if (wanted !== true && !Array.isArray(wanted))
      throw new CultivarError("config", `vary: ${id} must be true, false or a list of values, got ${typeof wanted}`);
    space[id] = chosen(id, optional[id]!, wanted);
  }
  if (Object.keys(space).length === 0)
    throw new CultivarError("config", `${module.name}: nothing may vary; vary holds every component still`);
  const sorted = Object.entries(space).sort(([a], [b]) => (a < b ? -1 : 1));
  // Optimizers see it: none may widen it.
  return Object.freeze(Object.fromEntries(sorted.map(([id, spec]) => [id, frozen(spec)])));
}

function frozen(spec: ComponentSpec): ComponentSpec {
  const { choices } = spec;
  return Object.freeze({ ...spec, ...(choices !== undefined && { choices: Object.freeze([...choices]) }) });
}

function chosen(id: string, spec: ComponentSpec, wanted: true | readonly string[]): ComponentSpec {
  if (wanted === true) {
    if (spec.choices === undefined)
      throw new CultivarError("config", `vary: ${id} has no fixed choices; list the values to try, say ["0", "0.7"]`);
    return spec;
  }
  if (wanted.length === 0) throw new CultivarError("config", `vary: ${id} lists no value; give at least one`);
  for (const value of wanted) {
    if (typeof value !== "string")
      throw new CultivarError(
        "config",
        `vary: ${id} lists a ${typeof value}, values are strings; write ${JSON.stringify(String(value))}`,
      );
    if (spec.choices !== undefined && !spec.choices.includes(value)) {
      throw new CultivarError(
        "config",
        `vary: ${JSON.stringify(value)} is no choice of ${id}; the choices are ${spec.choices.join(", ")}`,
      );
    }
    const reason = spec.reject?.(value);
    if (reason !== undefined) throw new CultivarError("config", `vary: ${id}: ${reason}`);
  }
  return { ...spec, initial: wanted[0]!, choices: [...new Set(wanted)] };
}

function unknown(id: string, known: readonly string[], what: string): CultivarError {
  return new CultivarError(
    "config",
    `vary: ${JSON.stringify(id)} is no component that ${what}; these are: ${known.join(", ")}`,
  );
}
