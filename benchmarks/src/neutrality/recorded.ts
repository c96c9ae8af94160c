import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** One request of a framework, with placeholders. */
export interface Template {
  readonly messages: readonly { readonly role: "system" | "user" | "assistant"; readonly text: string }[];
  /** How the framework writes a boolean that is true; the other one starts with the other letter. */
  readonly yes?: string;
}

/** What one framework sends, by world. */
export interface Recorded {
  readonly framework: string;
  readonly versions: Readonly<Record<string, string>>;
  /** By world and module: the student's request without demos, and with {@link demoCount} where the framework has demos. */
  readonly students: Readonly<Record<string, Readonly<Record<string, readonly Template[]>>>>;
  /** By world: the module and the requests to the teacher, in order. */
  readonly teachers: Readonly<Record<string, { readonly module: string; readonly requests: readonly Template[] }>>;
  /** What could not be recorded, and why. */
  readonly missing: readonly string[];
}

/** Demos in the recorded prompts, and failures in the reflection prompts. */
export const demoCount = 2;
export const rowCount = 3;

/** The frameworks whose prompts are recorded. */
export const frameworks = ["dspy-chat", "dspy-json", "gepa", "textgrad", "ax", "dspy-gepa", "dspy-mipro"] as const;

export function recordedPath(framework: string): string {
  return join(import.meta.dirname, "recorded", `${framework}.json`);
}

/** The recording of a framework; undefined when there is none. */
export function recorded(framework: string): Recorded | undefined {
  const path = recordedPath(framework);
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Recorded) : undefined;
}
