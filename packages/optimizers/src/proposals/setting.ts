import type { ComponentId, Study } from "@cultivar/core";
import { describeSketch } from "@cultivar/core";
import { modulePath } from "../demos/demo-components.ts";
import type { Against, Check } from "./hygiene.ts";

/** What is said of a text in every prompt. Program, place and examples come rendered. */
export interface Setting {
  /** What the text is for: "the instructions of module answer". */
  readonly role: string;
  /** The program in words. */
  readonly program: string;
  /** Where in it the text stands, a sentence. */
  readonly place: string;
  /** [worst, best] of the metric. */
  readonly range: readonly [number, number];
  /** Clauses in the imperative, beside those that always hold. */
  readonly constraints: readonly string[];
}

/** What a prompt says of the component `id`, with what the checks ask for. */
export function settingOf(study: Study, id: ComponentId, against: Against, checks: readonly Check[]): Setting {
  return {
    role: against.spec.role,
    program: describeSketch(study.sketch),
    place: placeOf(study.sketch, id),
    range: study.range,
    constraints: checks.flatMap((check) => check.asks?.(against) ?? []),
  };
}

/** Where a component stands in its program, in a sentence. */
export function placeOf(sketch: Study["sketch"], id: ComponentId): string {
  const trail: string[] = [];
  let [outer, inner] = [sketch, sketch];
  for (const name of modulePath(id).split(".")) {
    const part = inner.children[name];
    if (part === undefined) break;
    trail.push(name);
    [outer, inner] = [inner, part];
  }
  if (trail.length === 0) return "It guides the program as a whole.";
  const others = Object.keys(outer.children).filter((name) => name !== trail.at(-1));
  return `It guides the part ${trail.toReversed().join(" of ")}${others.length === 0 ? "" : `, next to ${others.join(", ")}`}.`;
}
