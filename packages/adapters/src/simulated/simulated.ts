import type { LanguageModel, Price, Request, Response } from "@cultivar/core";
import { contentHash, CultivarError } from "@cultivar/core";
import { usageOf } from "./logical.ts";
import type { StudentSettings } from "./student.ts";
import { student } from "./student.ts";
import type { TrainingRow } from "./strength.ts";
import { teacher } from "./teacher.ts";
import type { World } from "./world.ts";
import { adjust } from "./judge.ts";
import { worlds } from "./worlds.ts";
import type { WorldName } from "./worlds.ts";

export interface SimulatedOptions {
  /** A world or the name of one of {@link worlds}. */
  readonly world: World | WorldName;
  readonly role: "student" | "teacher";
  /** The student's slips: chance in [0, 1] of a wrong answer whatever the prompt says. Default 0. */
  readonly noise?: number;
  /** Chance in [0, 1] that the student follows a rule that it knows, in a short prompt. Default 0.995. */
  readonly adherence?: number;
  /** Chance in [0, 1] that a reply of the student is cut in the middle. Default 0. */
  readonly malformed?: number;
  /** How well the teacher finds rules and keeps from making some up, in [0, 1]. Default 0.8. */
  readonly teacherSkill?: number;
  /** Default 0. */
  readonly seed?: number;
  /** `null`: nothing that a prompt says helps the student. */
  readonly variant?: "null";
  /** Which of the world's students, by name, where it offers several. Default the first. */
  readonly student?: string;
  /** What the student was trained on, as texts; it helps in worlds where training does. Default nothing. */
  readonly trained?: readonly TrainingRow[];
  /** Waits before each reply, in milliseconds; default none. The reply does not depend on it. */
  readonly latencyMs?: number;
}

/** Made-up list prices, so that spending shows what it would; nobody is charged. */
const prices: Readonly<Record<SimulatedOptions["role"], Price>> = {
  student: { inputUsd: 0.25, outputUsd: 1, asOf: "2026-01-01" },
  teacher: { inputUsd: 2.5, outputUsd: 10, asOf: "2026-01-01" },
};

const maxOutputTokens = { student: 512, teacher: 4096 } as const;

/** The world that options name. Throws a `config` error for an unknown name. */
export function worldOf({ world, variant }: Pick<SimulatedOptions, "world" | "variant">): World {
  const found = typeof world === "string" ? (worlds as Readonly<Record<string, World>>)[world] : world;
  if (found === undefined) {
    throw new CultivarError(
      "config",
      `simulated: world must be one of ${Object.keys(worlds).join(", ")} or a World, got ${JSON.stringify(world)}`,
    );
  }
  return variant === "null" ? adjust(found, { isNull: true }) : found;
}

/** Raised when replies change, so that no cache serves those of an earlier version. */
const revision = 2;

function share(name: string, value: number): number {
  if (value >= 0 && value <= 1) return value;
  throw new CultivarError("config", `simulated: ${name} must be in [0, 1], got ${value}`);
}

/** The student's name where the world offers several. */
function kindOf(world: World, { role, student: named }: SimulatedOptions): string | undefined {
  const kinds = Object.keys(world.students ?? {});
  if (role === "teacher" || (named === undefined && kinds.length === 0)) return undefined;
  const kind = named ?? kinds[0]!;
  if (kinds.includes(kind)) return kind;
  const known = kinds.length === 0 ? "no name: this world has one student" : kinds.join(" or ");
  throw new CultivarError(
    "config",
    `simulated: student of ${world.name} must be ${known}, got ${JSON.stringify(kind)}`,
  );
}

/** Options with every default in place. */
interface Settings extends StudentSettings {
  /** The teacher's. */
  readonly skill: number;
}

function settle(options: SimulatedOptions): Settings {
  const world = worldOf(options);
  const kind = kindOf(world, options);
  return {
    world,
    ...(kind !== undefined && { kind }),
    ...(options.trained !== undefined && options.trained.length > 0 && { trained: options.trained }),
    adherence: share("adherence", options.adherence ?? 0.995),
    noise: share("noise", options.noise ?? 0),
    malformed: share("malformed", options.malformed ?? 0),
    skill: share("teacherSkill", options.teacherSkill ?? 0.8),
    seed: options.seed ?? 0,
  };
}

/** Tells apart models that share a name: a cached reply belongs to one world and one setting. */
function identityOf(settings: Settings): string {
  const { world, ...rest } = settings;
  const words = world.rules.map((rule) => [rule.id, rule.statements]);
  // what some worlds have: left out where it is not, so that their identity does not change with this list
  const own = [world.attention, world.trains, world.students].filter((part) => part !== undefined);
  const identity = contentHash([rest, words, world.learns, world.isNull ?? false, revision, ...own], 8);
  return `simulated/${world.name}/${identity}`;
}

function modelIdOf(role: SimulatedOptions["role"], kind: string | undefined): string {
  return kind === undefined ? `simulated-${role}` : `simulated-${role}-${kind}`;
}

/** The models of a world by id, as options of {@link simulated}: its students, and the teacher. */
export function modelsOf(world: World): Readonly<Record<string, Pick<SimulatedOptions, "role" | "student">>> {
  const kinds = Object.keys(world.students ?? {});
  const students = kinds.map((kind) => [modelIdOf("student", kind), { role: "student", student: kind }] as const);
  return {
    "simulated-student": { role: "student" },
    ...Object.fromEntries(students),
    "simulated-teacher": { role: "teacher" },
  };
}

/** The text of a reply, as a pure function of request and sample index. What `simulated` and the server both call. */
export function replier(options: SimulatedOptions): (request: Request, sample: number) => string {
  const settings = settle(options);
  return options.role === "student" ? student(settings) : teacher(settings);
}

/**
 * A seeded language model for trying and testing without keys. The student computes its answer from the input and from
 * what the prompt says and shows; the teacher reads texts, data and remarks in any framework's prompt and writes better
 * instructions, imperfectly. A reply is a pure function of the request (roles, texts, field names) and its sample index.
 * Prices are made up. Takes no sampling settings, calls no tools. Throws `config` errors for an unknown world and for
 * shares outside [0, 1].
 */
export function simulated(options: SimulatedOptions): LanguageModel {
  const reply = replier(options);
  const settings = settle(options);
  const { role, latencyMs } = options;
  const modelId = modelIdOf(role, settings.kind);
  return {
    provider: "simulated",
    modelId,
    capabilities: { structuredOutput: true, tools: false, sampling: [], maxOutputTokens: maxOutputTokens[role] },
    price: (settings.kind === undefined ? undefined : settings.world.students?.[settings.kind]?.price) ?? prices[role],
    endpoint: identityOf(settings),
    async generate(request, { signal } = {}): Promise<Response> {
      if (latencyMs !== undefined && latencyMs > 0) await wait(latencyMs, signal);
      if (signal?.aborted === true) throw new CultivarError("aborted", `simulated: the call was aborted`);
      return responseOf(request, reply(request, request.sample ?? 0), modelId);
    },
  };
}

/** A reply as a Response: cut off where `maxTokens` says, as any model's would be. */
export function responseOf(request: Request, reply: string, modelId: string): Response {
  const limit = request.maxTokens === undefined ? Infinity : request.maxTokens * 4;
  const text = reply.slice(0, limit);
  const warnings = [
    ...(request.temperature === undefined ? [] : ["simulated: temperature is not supported and was dropped"]),
    ...(request.topP === undefined ? [] : ["simulated: topP is not supported and was dropped"]),
  ];
  return {
    text,
    usage: usageOf(request, text),
    finishReason: text.length < reply.length ? "length" : "stop",
    warnings,
    modelId,
  };
}

function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(new CultivarError("aborted", `simulated: the call was aborted`));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, ms);
    if (signal?.aborted === true) abort();
    else signal?.addEventListener("abort", abort, { once: true });
  });
}
