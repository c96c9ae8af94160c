import type { Request } from "@cultivar/core";
import { rng } from "@cultivar/core";
import { adherenceTo, layoutLine, usualAttention } from "./adherence.ts";
import { conversationOf, drawsOf, logicalKey } from "./logical.ts";
import type { Conversation } from "./logical.ts";
import type { Asked, AskedField } from "./reading/asked.ts";
import { askedOf } from "./reading/asked.ts";
import { votesOf } from "./evidence.ts";
import type { Reading } from "./reading/prompt.ts";
import { readPrompt } from "./reading/prompt.ts";
import { sameName, sectionsOf } from "./reading/sections.ts";
import type { TrainingRow } from "./strength.ts";
import { strengthOf, trainedStrengths } from "./strength.ts";
import type { Applies, ModuleSpec, Output, RuleLesson, World } from "./world.ts";
import { filler, fit, spoil, writeReply } from "./writing.ts";
import { stanceOf, windows } from "./wording.ts";

export interface StudentSettings {
  readonly world: World;
  /** Chance in [0, 1] that a known rule is followed in a short prompt. */
  readonly adherence: number;
  /** Chance in [0, 1] of a slip in a reply, whatever the prompt says. */
  readonly noise: number;
  /** Chance in [0, 1] that a reply is cut in the middle. */
  readonly malformed: number;
  readonly seed: number;
  /** Which of the world's students this is, where there are several. */
  readonly kind?: string;
  /** What it was trained on. */
  readonly trained?: readonly TrainingRow[];
}

/** By rule id, the chance in [0, 1] that it is followed under one prompt; rules that are not in it never are. */
type Chances = ReadonlyMap<string, number>;

/** A student: a pure function from request and sample index to a reply. What it has read is remembered, for speed only. */
export function student(settings: StudentSettings): (request: Request, sample: number) => string {
  const lessons = new Map<string, Chances>();
  const trained = trainedStrengths(settings.world, settings.trained ?? []);
  const lessonOf = (module: ModuleSpec, reading: Reading): Chances => {
    const key = JSON.stringify([module.name, reading.instructions, reading.demos]);
    let lesson = lessons.get(key);
    if (lesson === undefined) {
      lesson = learn(settings, module, reading, trained);
      if (lessons.size >= 64) lessons.clear();
      lessons.set(key, lesson);
    }
    return lesson;
  };
  return (request, sample) => {
    const conversation = conversationOf(request);
    const { world } = settings;
    const inputs = world.program.modules.flatMap((one) => one.inputs.map((field) => field.name));
    const first = askedOf(request, conversation, inputs);
    const module = moduleOf(world, conversation, first);
    // what one module is given another may be asked for
    const given = module.inputs.map((field) => field.name);
    const asked = given.length === inputs.length ? first : askedOf(request, conversation, given);
    const fields = matchFields(module, asked.fields);
    const aliases = new Map(fields.flatMap(([field, own]) => (own === undefined ? [] : [[field.name, own] as const])));
    const reading = readPrompt(conversation, module, aliases);
    const key = logicalKey(request);
    const draw = drawsOf(settings.seed, key, sample);
    const row = sameRow(reading);
    const chances = lessonOf(module, reading);
    const applies: Applies = (rule) => {
      const chance = chances.get(rule) ?? 0;
      return chance > 0 && draw("rule", rule, row) < chance;
    };
    let output = world.answer(module.name, reading.live, applies);
    // a chance of nothing needs no draw
    const happens = (chance: number, what: string): boolean => chance > 0 && draw(what, row) < chance;
    if (happens(settings.noise, "noise"))
      output = world.mistake(module.name, output, rng(settings.seed, `slip ${key} ${sample}`));
    const reply = write(asked, fields, output, module);
    return happens(settings.malformed, "malformed") ? spoil(reply) : reply;
  };
}

/** The live input without layout: names the row in a draw. Beside it the key of the whole prompt goes into every draw. */
function sameRow(reading: Reading): string {
  return Object.values(reading.live).join(" ").replaceAll(/\s+/g, " ").trim();
}

function charactersOf({ instructions, demos }: Reading, ignoresLayout: boolean): number {
  const values = demos.flatMap((demo) => [...Object.values(demo.inputs), ...Object.values(demo.outputs)]);
  const marks = /\[\[ ## [^\n]* ## \]\]/g;
  const unmarked = (
    ignoresLayout ? instructions.replaceAll(/<(\w*fields)>[\s\S]*?<\/\1>/g, "") : instructions
  ).replaceAll(marks, "");
  const lines = ignoresLayout
    ? unmarked.split(/\n|(?<=[a-z)][.!?])\s+/).filter((line) => !layoutLine.test(line))
    : [unmarked];
  const prose = lines.join(" ").replaceAll(/\s+/g, " ").trim();
  return values.reduce((sum, value) => sum + value.length, prose.length);
}

/**
 * Reads the rules out of the prose, and out of demos by asking which rule makes the difference that they show; a rule
 * that is known is followed as far as attention goes.
 */
function learn(
  { world, adherence, kind }: StudentSettings,
  module: ModuleSpec,
  reading: Reading,
  trained: Chances,
): Chances {
  const rules = world.rules.filter((rule) => rule.module === module.name);
  // "... in the following order of fields: `action`, `confirm`" says nothing of the task
  const prose = reading.instructions.split("\n").filter((line) => !/\bfields?\b[^\n]*`/.test(line));
  const said = windows(prose.join("\n"));
  const stance = new Map(rules.map((rule) => [rule.id, stanceOf(said, rule)]));
  const shown = new Map<string, number>();
  for (const demo of reading.demos) {
    for (const [rule, vote] of votesOf(world, module, rules, demo)) shown.set(rule, (shown.get(rule) ?? 0) + vote);
  }
  const of = (rule: string): RuleLesson => ({ stance: stance.get(rule) ?? "silent", shown: shown.get(rule) ?? 0 });
  const told = rules.map((rule) => [rule.id, strengthOf(world, rule, of)] as const);
  const load = {
    characters: charactersOf(reading, world.attention?.ignoresLayout ?? false),
    rules: told.filter(([, strength]) => strength > 0).length,
  };
  const attention = adherenceTo(adherence, load, { ...usualAttention, ...world.attention });
  const misses = new Set(kind === undefined ? [] : (world.students?.[kind]?.misses ?? []));
  // what training taught needs no attention to the prompt
  const chances = told.map(([id, strength]) => [id, Math.max(strength * attention, trained.get(id) ?? 0)] as const);
  return new Map(chances.filter(([id, chance]) => chance > 0 && !misses.has(id)));
}

/** The module that a prompt speaks to: whose outputs it asks for and whose inputs it shows. */
export function moduleOf(world: World, { system, turns }: Conversation, asked: Asked): ModuleSpec {
  const { modules } = world.program;
  if (modules.length === 1) return modules[0]!;
  const user = turns
    .filter((turn) => turn.role === "user")
    .map((turn) => turn.text)
    .join("\n\n");
  const names = new Set(asked.fields.map((field) => sameName(field.name)));
  const score = (module: ModuleSpec): number => {
    const wanted = module.outputs.filter((field) => names.has(sameName(field.name))).length;
    const given = module.inputs.filter((field) => sectionsOf(user, [field.name]).length > 0).length;
    // a bare prompt names no field, and may still say what the module was declared to do
    const quoted = system.includes(module.instructions) || user.includes(module.instructions) ? 1 : 0;
    return 3 * wanted + 2 * given + 2 * quoted - module.inputs.length;
  };
  return modules.reduce((best, module) => (score(module) > score(best) ? module : best));
}

const reasoning = /reason|rationale|thought|thinking|explanation|analysis/i;

/** Which of the module's outputs each asked field means: by name, by choices, or because nothing else is left. */
function matchFields(
  module: ModuleSpec,
  asked: readonly AskedField[],
): readonly (readonly [field: AskedField, own: string | undefined])[] {
  const free = new Set(module.outputs.map((field) => field.name));
  const matched = new Map<AskedField, string>();
  const claim = (fits: (field: AskedField, own: string) => boolean): void => {
    for (const field of asked) {
      if (matched.has(field) || reasoning.test(field.name)) continue;
      const own = [...free].find((name) => fits(field, name));
      if (own === undefined) continue;
      matched.set(field, own);
      free.delete(own);
    }
  };
  const choicesOf = (own: string): readonly string[] =>
    module.outputs.find((field) => field.name === own)?.choices ?? [];
  claim((field, own) => sameName(field.name) === sameName(own));
  claim((field, own) => sameName(field.name).includes(sameName(own)) || sameName(own).includes(sameName(field.name)));
  claim((field, own) => field.choices?.some((choice) => choicesOf(own).includes(choice.toLowerCase())) ?? false);
  const open = asked.filter((field) => !matched.has(field) && !reasoning.test(field.name));
  if (open.length === 1 && free.size === 1) matched.set(open[0]!, [...free][0]!);
  const fields = asked.map((field) => [field, matched.get(field)] as const);
  const missing = [...free].map((own) => [{ name: own }, own] as const);
  // a prompt that names no field of ours at all leaves them all to us
  return matched.size === 0 ? [...fields, ...missing] : fields;
}

function write(
  asked: Asked,
  fields: readonly (readonly [field: AskedField, own: string | undefined])[],
  output: Output,
  module: ModuleSpec,
): string {
  const written = fields.map(([field, own]) => {
    if (own !== undefined) return [field.name, fit(output[own], field)] as const;
    if (reasoning.test(field.name) && (field.type ?? "string") === "string")
      return [field.name, `I read the ${module.inputs[0]!.name} and answered as asked.`] as const;
    return [field.name, filler(field)] as const;
  });
  return writeReply(asked.layout === "fence" ? "lines" : asked.layout, written);
}
