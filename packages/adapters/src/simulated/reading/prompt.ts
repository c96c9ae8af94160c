import type { Shown } from "../evidence.ts";
import type { Conversation } from "../logical.ts";
import type { ModuleSpec, Texts } from "../world.ts";
import type { Section } from "./sections.ts";
import { sectionsOf } from "./sections.ts";

/** A prompt taken apart: what it says, what it shows, and what it asks about. */
export interface Reading {
  /** All prose: neither demos nor the live input. */
  readonly instructions: string;
  readonly demos: readonly Shown[];
  readonly live: Texts;
}

interface Piece extends Section {
  readonly turn: number;
}

interface Entry {
  readonly inputs: Record<string, string>;
  readonly outputs: Record<string, string>;
  readonly pieces: Piece[];
}

/**
 * Takes a prompt apart for one module, in any layout. `aliases` maps further names of output fields (as a schema spells
 * them) to the module's own. Input and output sections in a row are one entry; entries with both are demos; the last one
 * is the live input. A conversation whose user turns name no input field is read as the bare input.
 */
export function readPrompt(
  conversation: Conversation,
  module: ModuleSpec,
  aliases: ReadonlyMap<string, string> = new Map(),
): Reading {
  const inputs = module.inputs.map((field) => field.name);
  const rename = new Map<string, string>([...inputs, ...module.outputs.map((field) => field.name)].map((n) => [n, n]));
  if (inputs.length === 1) rename.set("input", inputs[0]!);
  for (const [alias, name] of aliases) rename.set(alias, name);
  const isInput = (name: string): boolean => inputs.includes(rename.get(name)!);

  const texts = [conversation.system, ...conversation.turns.map((turn) => turn.text)];
  const roles = ["system", ...conversation.turns.map((turn) => turn.role)];
  const bySections = texts.map((text) => sectionsOf(text, [...rename.keys()]));
  const named = roles.some((role, i) => role === "user" && bySections[i]!.some(({ name }) => isInput(name)));
  const pieces = texts.flatMap((text, turn): Piece[] => {
    const found = bySections[turn]!;
    if (roles[turn] === "user" && !named) return [{ name: inputs[0]!, turn, ...bareInput(text) }];
    if (roles[turn] === "assistant" && found.length === 0)
      return [{ name: module.outputs[0]!.name, turn, value: text, start: 0, end: text.length }];
    return found.map((section) => ({ ...section, turn }));
  });

  const entries = entriesOf(pieces, isInput, (name) => rename.get(name)!);
  const live = entries.findLast((entry) => roles[entry.pieces[0]!.turn] === "user");
  const demos = entries.filter((entry) => entry !== live && Object.keys(entry.outputs).length > 0);
  const cut = [...demos, ...(live === undefined ? [] : [live])].flatMap((entry) => entry.pieces);
  const last = roles.lastIndexOf("user");
  const instructions = texts
    .map((text, turn) => (turn === 0 || turn === last ? without(text, cut, turn).replaceAll(standInNote, "") : ""))
    .filter((text) => text.trim() !== "")
    .join("\n\n");
  return { instructions, demos, live: live?.inputs ?? {} };
}

function entriesOf(
  pieces: readonly Piece[],
  isInput: (name: string) => boolean,
  rename: (name: string) => string,
): readonly Entry[] {
  const entries: Entry[] = [];
  for (const piece of pieces) {
    const name = rename(piece.name);
    let entry = entries.at(-1);
    if (isInput(piece.name)) {
      if (entry === undefined || name in entry.inputs || Object.keys(entry.outputs).length > 0) {
        entry = { inputs: {}, outputs: {}, pieces: [] };
        entries.push(entry);
      }
      entry.inputs[name] = piece.value;
    } else if (entry === undefined || name in entry.outputs) continue;
    else entry.outputs[name] = piece.value;
    entry.pieces.push(piece);
  }
  return entries;
}

/** A stand-in with a note on how its value is spelled (`{queue}  # note: one of ...`): layout, and no prose. */
const standInNote = /^[ \t]*\{\w+\}[ \t]*#[^\n]*$/gm;

/** Of a text that names no field: its longest paragraph is the input. */
function bareInput(text: string): { value: string; start: number; end: number } {
  let best = { value: "", start: 0, end: 0 };
  for (const match of text.matchAll(/(?:[^\n]|\n(?![ \t]*\n))+/g)) {
    const value = match[0].trim();
    if (value.length > best.value.length) best = { value, start: match.index, end: match.index + match[0].length };
  }
  return best;
}

function without(text: string, pieces: readonly Piece[], turn: number): string {
  let kept = "";
  let at = 0;
  for (const piece of pieces.filter((one) => one.turn === turn).toSorted((a, b) => a.start - b.start)) {
    kept += text.slice(at, Math.max(at, piece.start));
    at = Math.max(at, piece.end);
  }
  return kept + text.slice(at);
}
