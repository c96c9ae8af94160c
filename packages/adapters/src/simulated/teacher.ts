import type { Request } from "@cultivar/core";
import type { Conversation, Draw } from "./logical.ts";
import { conversationOf, drawsOf, logicalKey } from "./logical.ts";
import type { AskedField } from "./reading/asked.ts";
import { askedOf, fieldsOf, unwrap } from "./reading/asked.ts";
import type { TeacherReading } from "./reading/lesson.ts";
import { evidenceFor, gradeIn, readTeacherPrompt, remarksOn } from "./reading/lesson.ts";
import { sameName, sectionsOf } from "./reading/sections.ts";
import type { ModuleSpec, Rule, World } from "./world.ts";
import { filler, fit, writeReply } from "./writing.ts";
import { stanceOf, windows } from "./wording.ts";

export interface TeacherSettings {
  readonly world: World;
  /** In [0, 1]: chance to take up a remark; the rest is what it forgets and makes up. */
  readonly skill: number;
  readonly seed: number;
}

/** Rules are harder to see in data than in words: the share of `skill` that one example is worth. */
const inductionShare = 0.35;
/** A remark heard often may still be missed. */
const mostCertain = 0.98;

/** Advice that no metric rewards. */
const idle = [
  "Think carefully before you answer.",
  "Be precise and consistent.",
  "Read the whole input first.",
  "Double-check your answer against the input.",
  "Stay polite and professional.",
];

/** What a teacher has before it when it writes. */
interface Desk extends TeacherReading {
  readonly settings: TeacherSettings;
  readonly whole: string;
  readonly draw: Draw;
}

/**
 * A teacher: a pure function from request and sample index to a reply. By content alone it tells what is wanted: a
 * verdict on an answer, a criticism, or a text; and it knows only the rules that the prompt states or shows.
 */
export function teacher(settings: TeacherSettings): (request: Request, sample: number) => string {
  return (request, sample) => {
    const conversation = conversationOf(request);
    const { world } = settings;
    // the task's own fields are the data of a prompt to a teacher, never its answer
    const data = world.program.modules.flatMap((module) => [...module.inputs, ...module.outputs]);
    const asked = askedOf(
      request,
      conversation,
      data.map((field) => field.name),
    );
    const whole = wholeOf(conversation);
    const desk: Desk = {
      ...readTeacherPrompt(whole),
      settings,
      whole,
      draw: drawsOf(settings.seed, logicalKey(request), sample),
    };
    if (asked.fields.length > 0)
      return writeReply(
        asked.layout,
        asked.fields.map((field) => [field.name, answerTo(desk, field, "")] as const),
      );
    const text = bareReply(desk);
    return asked.layout === "fence" ? writeReply("fence", [["text", text]]) : text;
  };
}

function wholeOf({ system, turns }: Conversation): string {
  return [system, ...turns.map((turn) => turn.text)].filter((text) => text !== "").join("\n\n");
}

const asksForText =
  /\b(?:new|improved?|revised?|better|updated?|rewrit\w+|propos\w+|merged?|combin\w+|optimi[sz]ed)\b[^.\n]{0,60}\b(?:instructions?|prompts?|variable|text|version|description)\b/i;
const asksForVerdict = /\b(?:score|rate|grade|judge|verdict|rating)\b/i;
const asksForCriticism = /\b(?:feedback|critici[sz]\w*|critique|gradient|diagnos\w+|summar\w+|observations?)\b/i;

/** What a prompt says not to do is no request. */
const forbidden = /\b(?:do not|don't|never)\b[^.\n]*/gi;

/** A reply without any named field: the text itself, a criticism or a score, whichever the prompt asks for. */
function bareReply(desk: Desk): string {
  if (asksForText.test(desk.whole.replaceAll(forbidden, ""))) return composed(desk, moduleFor(desk, ""), "");
  const module = moduleFor(desk, "");
  if (asksForVerdict.test(desk.whole) && gradeOf(desk, module) !== undefined) return `score: ${gradeOf(desk, module)!}`;
  return asksForCriticism.test(desk.whole) ? criticism(desk, module, "") : composed(desk, module, "");
}

const criticalName =
  /reason|rationale|feedback|critic|critique|analys|diagnos|observ|summar|why|explan|gradient|lesson|advice|comment|thought|note/i;

/** The value of one asked field, by its name and type. `label` tells apart the drafts of a list. */
function answerTo(desk: Desk, field: AskedField, label: string): unknown {
  const module = moduleFor(desk, `${label} ${field.name}`);
  const grade = (): number => gradeOf(desk, module) ?? 0.5;
  if (field.choices !== undefined) return chosen(field, grade());
  if (field.type === "boolean") return grade() >= 1;
  if (field.type === "number" || field.type === "integer" || /^(?:score|rating|grade)$/i.test(field.name))
    return graded(field, grade());
  if (field.type === "array") return drafts(desk, field, label);
  if (field.type === "object") {
    const inner = fieldsOf(field.schema ?? {});
    return Object.fromEntries(inner.map((one) => [one.name, answerTo(desk, one, `${label}/${field.name}`)]));
  }
  if (field.type !== undefined && field.type !== "string") return filler(field);
  return criticalName.test(field.name) ? criticism(desk, module, label) : composed(desk, module, label);
}

/** A list of as many drafts as the schema or the prompt asks for, three when nobody says; each one drawn afresh. */
function drafts(desk: Desk, field: AskedField, label: string): readonly unknown[] {
  const items = unwrap((field.schema?.["items"] ?? { type: "string" }) as Record<string, unknown>);
  const named =
    /\b(\d{1,2})\s+(?:\w+\s+){0,2}(?:instructions|prompts|candidates|proposals|versions|variants|texts)\b/i.exec(
      desk.whole,
    )?.[1];
  const count = Number(field.schema?.["minItems"] ?? named ?? 3);
  const type = typeof items["type"] === "string" ? items["type"] : "string";
  return Array.from({ length: Math.min(count, 32) }, (_, i) =>
    answerTo(desk, { name: field.name, type, schema: items }, `${label}#${i}`),
  );
}

function graded(field: AskedField, grade: number): unknown {
  const top = Number(field.schema?.["maximum"] ?? 1);
  const value = Math.round(grade * top * 100) / 100;
  return fit(field.type === "integer" ? Math.round(value) : value, field);
}

function chosen(field: AskedField, grade: number): string {
  const good = field.choices!.find((choice) => /^(?:yes|pass\w*|correct|right|true|good|accept\w*)$/i.test(choice));
  const bad = field.choices!.find(
    (choice) => choice !== good && /^(?:no|fail\w*|incorrect|wrong|false|bad|reject\w*)$/i.test(choice),
  );
  return (grade >= 1 ? good : bad) ?? field.choices![0]!;
}

/** A grade, now and then the wrong one: half as often as the teacher fails at anything. */
function gradeOf(desk: Desk, module: ModuleSpec): number | undefined {
  const grade = gradeIn(desk.settings.world, module, desk.whole);
  if (grade === undefined) return undefined;
  return desk.draw("grade") < (1 - desk.settings.skill) / 2 ? 1 - grade : grade;
}

/** The module whose text is under work: named by the asked field, else the one whose words and fields the prompt shows. */
function moduleFor({ settings, texts, whole, rest }: Desk, hint: string): ModuleSpec {
  const { modules } = settings.world.program;
  const named = modules.filter((module) =>
    new RegExp(`\\b${sameName(module.name)}\\b`, "i").test(hint.replaceAll("_", " ")),
  );
  if (named.length === 1) return named[0]!;
  // "root.classify::instruction": the one component that a prompt names
  const under = modules.filter((module) => new RegExp(`\\b${module.name}(?:::|\\.)instructions?\\b`).test(whole));
  if (under.length === 1) return under[0]!;
  const current = texts[0] ?? "";
  const said = windows(current);
  const score = (module: ModuleSpec): number => {
    const own = settings.world.rules.filter((rule) => rule.module === module.name);
    const stated = own.filter((rule) => stanceOf(said, rule) === "stated").length;
    const quoted = current.includes(module.instructions) ? 20 : whole.includes(module.instructions) ? 4 : 0;
    const shows = module.outputs.filter((field) => sectionsOf(rest, [field.name]).length > 0).length;
    const given = module.inputs.filter((field) => sectionsOf(rest, [field.name]).length > 0).length;
    // a remark names what it is about, and says what this module should know
    const about = module.outputs.filter((field) => new RegExp(`\\b${field.name}: `).test(rest)).length;
    const remarked = remarksOn(own, rest).size;
    return quoted + 2 * stated + 2 * shows + given + about + remarked;
  };
  return modules.reduce((best, module) => (score(module) > score(best) ? module : best));
}

/** The true rules that the teacher takes up from remarks and data in this draft. Rules outside `module` are left alone. */
function found(desk: Desk, module: ModuleSpec, label: string): readonly Rule[] {
  const { world, skill } = desk.settings;
  const own = world.rules.filter((rule) => rule.module === module.name);
  const remarks = remarksOn(own, [desk.rest, ...desk.texts.slice(1)].join("\n"));
  const evidence = evidenceFor(world, module, desk.rest);
  return own.filter((rule) => {
    const missRemarks = (1 - skill) ** (remarks.get(rule.id) ?? 0);
    const missData = (1 - inductionShare * skill) ** (evidence.get(rule.id) ?? 0);
    const chance = Math.min(mostCertain, 1 - missRemarks * missData);
    return desk.draw("find", rule.id, label) < chance;
  });
}

function wordingOf(desk: Desk, rule: Rule, label: string): string {
  return rule.statements[Math.floor(desk.draw("wording", rule.id, label) * rule.statements.length)]!;
}

/** What one text is missing; and, since a criticism may travel on to earlier steps, what is said of other modules. */
function criticism(desk: Desk, module: ModuleSpec, label: string): string {
  const others = desk.settings.world.program.modules.filter((other) => other !== module);
  const rules = [module, ...others].flatMap((one) => found(desk, one, label));
  if (rules.length === 0) return "Nothing in what is shown points to a missing rule.";
  return ["What is missing:", ...rules.map((rule) => `- ${wordingOf(desk, rule, label)}`)].join("\n");
}

/** The text under work with what was found, and a little of what should not be there. */
function composed(desk: Desk, module: ModuleSpec, label: string): string {
  const { world, skill } = desk.settings;
  const own = world.rules.filter((rule) => rule.module === module.name);
  const blunder = 1 - skill;
  const start = desk.texts[0] ?? module.instructions;
  const kept = start.split("\n").filter((line, i) => {
    const rules = own.filter((rule) => stanceOf(windows(line), rule) === "stated");
    if (rules.length === 0) return !idle.includes(line.replace(/^- /, "")) || desk.draw("tidy", i, label) > skill / 2;
    // a wrong rule is sometimes noticed, a right one sometimes lost
    const leave = rules.every((rule) => rule.decoy === true) ? skill / 2 : blunder * 0.1;
    return desk.draw("leave", i, label) >= leave;
  });
  const said = windows(kept.join("\n"));
  const fresh = found(desk, module, label).filter((rule) => stanceOf(said, rule) !== "stated");
  const added = fresh.map((rule) => wordingOf(desk, rule, label));
  const decoys = own.filter((rule) => rule.decoy === true && stanceOf(said, rule) === "silent");
  if (decoys.length > 0 && desk.draw("decoy", label) < blunder / 2)
    added.push(wordingOf(desk, decoys[Math.floor(desk.draw("which decoy", label) * decoys.length)]!, label));
  if (desk.draw("idle", label) < blunder / 2)
    added.push(idle[Math.floor(desk.draw("which idle", label) * idle.length)]!);
  return [...kept, ...added.map((line) => `- ${line}`)].join("\n").trim();
}
