import type { Rng } from "@cultivar/core";
import { bestProgram } from "../house-rules.ts";
import type { Applies, ModuleSpec, Output, World, WorldRow } from "../world.ts";
import type { Shelf } from "./product-rules.ts";
import { decoyMarks, idOf, plainItems, productRules, ruledItems, ruledMarks, shelves } from "./product-rules.ts";
import { distinct } from "./texts.ts";

const modules: readonly ModuleSpec[] = [
  {
    name: "shelve",
    instructions: "Assign the product line to the shelf where it is kept.",
    inputs: [{ name: "item", description: "a line of the product list", type: "string" }],
    outputs: [{ name: "shelf", description: "where it is kept", type: "string", choices: shelves }],
  },
];

/**
 * Share of lines that a rule decides: rules share it evenly but for every fourth, which weighs half as much again. With
 * forty rules the rarest then decides 1.6 % of the lines and the commonest 2.3 %.
 */
const shares = { ruled: 0.7, decoyMark: 0.12 };

const ruledLines: readonly (readonly [things: string | undefined, mark: string | undefined])[] = [
  ...ruledItems.map(([things]) => [things, undefined] as const),
  ...ruledMarks.map(([mark]) => [undefined, mark] as const),
].flatMap((line, i) => Array.from({ length: i % 4 === 3 ? 3 : 2 }, () => line));

const materials = ["brass", "oak", "nylon", "steel", "cotton", "pine", "woven", "budget", "classic", "deluxe"];
const colours = ["white", "black", "red", "navy", "green", "natural", "yellow", "clear"];
const packs = ["single", "pack of 2", "pack of 5", "pack of 10", "pack of 20", "pack of 50"];
const suppliers = [
  "Alder & Sons",
  "Nordic Supply",
  "Falcon Trading",
  "Maple Goods",
  "Harbour Wholesale",
  "Granite Bros",
];

const habits = new Map<string, Shelf>([...ruledItems, ...plainItems].map(([things, shelf]) => [things, shelf]));
const houseOf = new Map<string, Shelf>(ruledItems.map(([things, , house]) => [things, house]));
const marks = new Map<string, Shelf>([...ruledMarks, ...decoyMarks].map(([mark, , , house]) => [mark, house]));

function row(draw: Rng): WorldRow {
  const [ruled, mark] = draw.next() < shares.ruled ? draw.pick(ruledLines) : [undefined, undefined];
  // a mark decides only where the thing would not be kept there anyway
  const plain = mark === undefined ? plainItems : plainItems.filter(([, shelf]) => shelf !== marks.get(mark));
  const things = ruled ?? draw.pick(plain)[0];
  const decoy = draw.next() < shares.decoyMark ? draw.pick(decoyMarks)[0] : undefined;
  const extras = [draw.pick(colours), draw.pick(packs), ...(mark === undefined ? [] : [mark])];
  const name = draw.next() < 0.5 ? `${draw.pick(materials)} ${things}` : things;
  const code = `${draw.pick(["A", "K", "R", "T"])}${1000 + draw.int(9000)}`;
  const parts = [name, ...draw.shuffle([...extras, ...(decoy === undefined ? [] : [decoy])]), draw.pick(suppliers)];
  const item = draw.next() < 0.5 ? [code, ...parts] : [...parts, code];
  const shelf = mark === undefined ? (houseOf.get(things) ?? habits.get(things)!) : marks.get(mark)!;
  return { input: { item: item.join(", ") }, expected: { shelf }, tags: [mark ?? things] };
}

/** One look at a line finds its thing, another its marks. */
const anyThing = new RegExp(`\\b(?:${[...habits.keys()].join("|")})\\b`);
const anyMark = new RegExp(`\\b(?:${[...marks.keys()].join("|")})\\b`, "g");

function answer(_module: string, input: Readonly<Record<string, string>>, applies: Applies): Output {
  const text = (input["item"] ?? "").toLowerCase();
  const things = anyThing.exec(text)?.[0] ?? "";
  const house = houseOf.get(things);
  let shelf: Shelf = habits.get(things) ?? "household";
  if (house !== undefined && applies(idOf(things))) shelf = house;
  for (const [mark] of text.matchAll(anyMark)) {
    if (applies(idOf(mark))) shelf = marks.get(mark)!;
  }
  return { shelf };
}

/**
 * A product list: forty small house rules, none worth much. Real lists have rules that overlap and contradict each
 * other, and a real model's attention to a long list depends on the order of its rules; here rules are independent, and
 * only their number counts.
 */
export const productCodes: World = {
  name: "product-codes",
  description:
    "A store files product lines on shelves by forty small house rules. Hard: many rules, each deciding about two lines in a hundred, so that a change to the prompt is worth little and a small sample cannot tell it from luck.",
  program: { name: "productCodes", modules },
  rules: productRules,
  feedback: "rich",
  learns: [0.85, 0.95, 0.98],
  // all forty at once are still followed 95 times in a hundred
  attention: { halvingRules: 185 },
  examples: (size, seed) => distinct(size, seed, "product-codes", row, (one) => one.input["item"]!),
  answer,
  solve: (input, applies) => answer("shelve", input, applies),
  mistake: (_module, output, draw) => ({ shelf: draw.pick(shelves.filter((shelf) => shelf !== output["shelf"])) }),
  compare: (expected, output) => {
    const right = output["shelf"] === expected["shelf"];
    return { score: right ? 1 : 0, wrong: right ? [] : ["shelf"] };
  },
  // over 20,000 rows (seeds 11 to 14): the habits' answers, and the rest of the rows at the adherence to forty rules
  baseline: { score: 0.3001 },
  optimum: { instructions: bestProgram(modules, productRules), score: 0.9654 },
};
