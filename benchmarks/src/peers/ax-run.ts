import type { FieldSpec, ModuleSpec } from "@cultivar/adapters/simulated";
import type { Demos, Fields } from "./ax-program.ts";

/** A row as the server shows it. */
export interface TaskRow {
  readonly id: string;
  readonly input: Readonly<Fields>;
  readonly expected: Readonly<Fields>;
}

/** What the server asks for. */
export interface Task {
  readonly seed: number;
  /** Metric calls. */
  readonly budget: number;
  readonly program: { readonly modules: readonly ModuleSpec[] };
  readonly train: readonly TaskRow[];
  readonly val: readonly TaskRow[];
}

/** What the metric says. */
export interface Judged {
  readonly score: number;
  readonly feedback?: string;
  readonly byModule?: Readonly<Record<string, string>>;
}

/** A program whose score is known. */
export interface CheckProgram {
  readonly instructions: Readonly<Record<string, string>>;
  readonly demos: Demos;
  readonly students: Readonly<Record<string, string>>;
}

export interface CheckTask {
  readonly program: { readonly modules: readonly ModuleSpec[] };
  readonly rows: readonly { readonly id: string; readonly input: Readonly<Fields> }[];
  readonly programs: Readonly<Record<string, CheckProgram>>;
}

/** One run of the peer server, seen from a port. */
export interface AxRun {
  /** Base URL of the run's models. */
  readonly models: string;
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: unknown): Promise<T>;
}

/** The run behind a URL. Both methods throw what the server refuses, with its reason. */
export function axRun(url: string): AxRun {
  const call = async <T>(path: string, init: RequestInit): Promise<T> => {
    const response = await fetch(`${url}/${path}`, init);
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    return JSON.parse(text) as T;
  };
  return {
    models: `${url}/v1`,
    get: (path) => call(path, { method: "GET" }),
    post: (path, body) => call(path, { method: "POST", body: JSON.stringify(body) }),
  };
}

/** The fields of a module that a mixed record holds. */
export function pick(fields: readonly FieldSpec[], from: Readonly<Fields>): Fields {
  return Object.fromEntries(fields.flatMap(({ name }) => (name in from ? [[name, from[name]!] as const] : [])));
}
