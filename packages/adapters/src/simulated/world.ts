import type { Price, Rng } from "@cultivar/core";
import type { Attention } from "./adherence.ts";
import type { Stance, Wording } from "./wording.ts";

/** What a field of a world's output holds. */
export type Value = string | number | boolean;
/** Input fields as a reader of the prompt sees them: texts. */
export type Texts = Readonly<Record<string, string>>;
/** Output fields of one module. */
export type Output = Readonly<Record<string, Value>>;
/** Asks whether a rule is followed here; a world asks only for the rules that its input calls for. */
export type Applies = (rule: string) => boolean;

/** One field of a module, as plain data. */
export interface FieldSpec {
  readonly name: string;
  readonly description: string;
  readonly type: "string" | "boolean" | "number" | "string[]";
  /** The values it may take, when they are few. */
  readonly choices?: readonly string[];
}

/** One module of a world's program: enough to build a signature from. */
export interface ModuleSpec {
  readonly name: string;
  /** What a newcomer would write: says the task, none of the rules. */
  readonly instructions: string;
  readonly inputs: readonly FieldSpec[];
  readonly outputs: readonly FieldSpec[];
}

/** A hidden house rule, and how it is recognised in anyone's words. */
export interface Rule extends Wording {
  readonly id: string;
  /** The module whose prompt must know it. */
  readonly module: string;
  /** At least three wordings; the first is the clearest. Each one is recognised as this rule and as no other. */
  readonly statements: readonly string[];
  /** How a colleague's remark on a wrong answer words it. */
  readonly hint: string;
  /** A rule that sounds right and is not: followed when stated, and wrong. Never in the optimum. */
  readonly decoy?: true;
  /** A decoy that whoever looks at a single wrong answer may take for the cure: feedback hints at it where it would help. */
  readonly tempting?: true;
}

/** What a prompt says and shows of one rule. */
export interface RuleLesson {
  readonly stance: Stance;
  /** Demos that follow it less those that break it. */
  readonly shown: number;
}

/** One of several student models that a world offers. */
export interface StudentKind {
  /** Rules that it never follows, by id: too hard for it. */
  readonly misses?: readonly string[];
  /** What one call takes off the score, as a share in [0, 1). */
  readonly cost: number;
  readonly price: Price;
}

/** A row of a world. */
export interface WorldRow {
  readonly input: Readonly<Record<string, string>>;
  readonly expected: Output;
  readonly group?: string;
  readonly tags?: readonly string[];
}

/** What a world's metric says. */
export interface Judgement {
  /** In [0, 1]. */
  readonly score: number;
  /** Rich worlds only: what was wrong, in words that hint at the rules. */
  readonly feedback?: string;
  /** Rich worlds of several modules: the hints by the module that they concern. */
  readonly byModule?: Readonly<Record<string, string>>;
}

/**
 * A family of tasks with a known optimum. Everything that the student knows of the task is here: how it reads an input
 * and what it then answers, with and without each rule. Nothing in it sees an expected answer but `compare`.
 *
 * To add a world: one file that exports a `World`, one entry in `worlds`, one line in the shared suite. Inputs must hold
 * no blank line and no line that starts like a field name (that is how they are found in anyone's prompt).
 */
export interface World {
  readonly name: string;
  /** What it stands for in real life, and what makes it hard. */
  readonly description: string;
  /** `name` of the program and its modules in the order in which they run. */
  readonly program: { readonly name: string; readonly modules: readonly ModuleSpec[] };
  readonly rules: readonly Rule[];
  /** Whether the metric (`metricOf`) explains itself: by module, of the answer as a whole, or not at all. */
  readonly feedback: "rich" | "whole" | "scores";
  /** Chance that the student takes over a rule shown by one, two, three or more demos. Ascending, in [0, 1]. */
  readonly learns: readonly number[];
  /**
   * Chance in [0, 1] that the student takes over a rule, by what the prompt says and shows of it and (`of`) of the others;
   * default: 1 when stated, halved when the demos break it, else by `learns`.
   */
  readonly strength?: (rule: Rule, lesson: RuleLesson, of: (rule: string) => RuleLesson) => number;
  /** How the student's attention falls with the prompt, where it is not the usual one. */
  readonly attention?: Partial<Attention>;
  /** When true nothing in a prompt helps: the student has its habits and keeps them. */
  readonly isNull?: boolean;
  /** Chance that a student trained on one, two, three or more rows that show a rule follows it without being told. */
  readonly trains?: readonly number[];
  /** Student models by name, the first being the default, where choosing is part of the task. */
  readonly students?: Readonly<Record<string, StudentKind>>;
  /** `size` rows with distinct inputs; the same for the same seed. */
  examples(size: number, seed: number): readonly WorldRow[];
  /** The student's mind: what it answers as `module` to these input texts when it follows the rules that `applies` grants. */
  answer(module: string, input: Texts, applies: Applies): Output;
  /** What the program adds to the fields after a module has answered: passages that were looked up, say. */
  between?(module: string, fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
  /** The whole program on a row's input. */
  solve(input: Texts, applies: Applies): Output;
  /** A plausible slip: another output than the given one. */
  mistake(module: string, output: Output, rng: Rng): Output;
  /** Score in [0, 1] and the output fields that are wrong. */
  compare(expected: Output, output: Output): { readonly score: number; readonly wrong: readonly string[] };
  /** Expected score of the program as declared, without noise. */
  readonly baseline: { readonly score: number };
  /** What is known to reach the ceiling of everything that a prompt and its settings can do, and that score, without noise. */
  readonly optimum: Optimum;
}

/** The best prompts of a world. */
export interface Optimum {
  /** By module. */
  readonly instructions: Readonly<Record<string, string>>;
  /** By module, where demos are part of the best prompt. */
  readonly demos?: Readonly<Record<string, readonly DemoPair[]>>;
  /** The best student by module, where there are several. */
  readonly students?: Readonly<Record<string, string>>;
  /** True rules, by id, that the best prompt leaves out because they cost more than they give. */
  readonly omits?: readonly string[];
  readonly score: number;
}

/** A worked example of one module. */
export interface DemoPair {
  readonly input: Readonly<Record<string, unknown>>;
  readonly output: Readonly<Record<string, unknown>>;
}
