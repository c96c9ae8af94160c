import type { Rule } from "../world.ts";

/** Where things are kept. */
export const shelves = [
  "tools",
  "paint",
  "plumbing",
  "electrical",
  "outdoor",
  "household",
  "stationery",
  "toys",
  "fabrics",
  "health",
  "pets",
  "seasonal",
  "workwear",
  "outlet",
] as const;
/** A place of the store. */
export type Shelf = (typeof shelves)[number];

const module = "shelve";

/** Things that the house keeps elsewhere than one would look for them: name in the plural, habit, house. */
export const ruledItems: readonly (readonly [things: string, habit: Shelf, house: Shelf])[] = [
  ["candles", "household", "seasonal"],
  ["torches", "electrical", "outdoor"],
  ["batteries", "electrical", "household"],
  ["light bulbs", "electrical", "household"],
  ["extension leads", "electrical", "tools"],
  ["glue guns", "tools", "stationery"],
  ["scissors", "stationery", "household"],
  ["craft knives", "tools", "stationery"],
  ["masking tape", "stationery", "paint"],
  ["sandpaper", "tools", "paint"],
  ["dust sheets", "household", "paint"],
  ["rubber gloves", "household", "workwear"],
  ["ear plugs", "health", "workwear"],
  ["dust masks", "health", "workwear"],
  ["first aid kits", "health", "workwear"],
  ["hose clips", "outdoor", "plumbing"],
  ["watering cans", "outdoor", "plumbing"],
  ["bird feeders", "outdoor", "pets"],
  ["fish tanks", "household", "pets"],
  ["dog coats", "fabrics", "pets"],
  ["picnic blankets", "fabrics", "outdoor"],
  ["deckchairs", "outdoor", "seasonal"],
  ["snow shovels", "tools", "seasonal"],
  ["hot-water bottles", "household", "health"],
  ["bathroom scales", "household", "health"],
  ["reading glasses", "health", "stationery"],
  ["bunting", "fabrics", "seasonal"],
  ["curtain hooks", "household", "fabrics"],
  ["ironing boards", "household", "fabrics"],
  ["sewing kits", "fabrics", "household"],
  ["jigsaw puzzles", "toys", "stationery"],
  ["balloons", "toys", "seasonal"],
  ["model kits", "tools", "toys"],
  ["door stops", "tools", "household"],
];

/** Things that are kept where everybody looks for them. */
export const plainItems: readonly (readonly [things: string, shelf: Shelf])[] = [
  ["hammers", "tools"],
  ["spanners", "tools"],
  ["drill bits", "tools"],
  ["emulsion", "paint"],
  ["varnish", "paint"],
  ["tap washers", "plumbing"],
  ["pipe joints", "plumbing"],
  ["wall sockets", "electrical"],
  ["dimmers", "electrical"],
  ["spades", "outdoor"],
  ["rakes", "outdoor"],
  ["kettles", "household"],
  ["dustbins", "household"],
  ["envelopes", "stationery"],
  ["ring binders", "stationery"],
  ["building blocks", "toys"],
  ["dolls", "toys"],
  ["cushions", "fabrics"],
  ["towels", "fabrics"],
  ["plasters", "health"],
  ["thermometers", "health"],
  ["cat litter", "pets"],
  ["dog leads", "pets"],
  ["safety boots", "workwear"],
  ["overalls", "workwear"],
];

/** Marks that send anything elsewhere: as it is written on the line, in words, recognised by, house. */
export const ruledMarks: readonly (readonly [mark: string, words: string, pattern: RegExp, house: Shelf])[] = [
  ["opened box", "goods from an opened box", /\bopened[ -]box\b|\bopened (?:\w+ )?(?:box|pack)\w*\b/, "outlet"],
  ["end of line", "end-of-line articles", /\bend[ -]of[ -]line\b/, "outlet"],
  ["child size", "articles in child size", /\bchild(?:ren)?(?:'s)?[ -]sized?\b/, "toys"],
  ["solar powered", "solar-powered articles", /\bsolar\b/, "outdoor"],
  ["antibacterial", "antibacterial products", /\banti-?bacterial\b/, "health"],
  ["glow in the dark", "things that glow in the dark", /\bglow\w*[ -]in[ -]the[ -]dark\b/, "seasonal"],
];

/** Marks that mean nothing, though it sounds as if they did. */
export const decoyMarks: readonly (readonly [mark: string, words: string, pattern: RegExp, house: Shelf])[] = [
  ["heavy duty", "heavy-duty goods", /\bheavy[ -]duty\b/, "tools"],
  ["imported", "imported goods", /\bimport\w*\b/, "outlet"],
];

/** A name in the plural, recognised in singular and plural, with a space, a hyphen or nothing between its words. */
export function pattern(things: string): RegExp {
  const words = things.split(/[ -]/).map((word) => word.replace(/ves$/, "(?:ves|fe)").replace(/ies$/, "(?:ies|y)"));
  const last = words
    .at(-1)!
    .replace(/ches$/, "ch(?:es)?")
    .replace(/([^(s:])s$/, "$1s?");
  return new RegExp(`\\b${[...words.slice(0, -1), last].join("[ -]?")}\\b`);
}

/** Three ways to say it, and a remark. Which ways, changes from rule to rule, as it does among colleagues. */
function phrased(words: string, house: Shelf, i: number): { statements: readonly string[]; hint: string } {
  const first = `${words[0]!.toUpperCase()}${words.slice(1)}`;
  const sets = [
    {
      statements: [`${first} go to ${house}.`, `The shelf for ${words} is ${house}.`, `Keep ${words} with ${house}.`],
      hint: `In this store ${words} are sold under ${house}.`,
    },
    {
      statements: [`${first} belong to ${house}.`, `For ${words} choose ${house}.`, `We file ${words} under ${house}.`],
      hint: `Customers look for ${words} at ${house}.`,
    },
    {
      statements: [
        `${first}: shelf ${house}.`,
        `Everything about ${words} is ${house}.`,
        `Sort ${words} into ${house}.`,
      ],
      hint: `You will find ${words} in ${house} here.`,
    },
  ];
  return sets[i % sets.length]!;
}

const to = (shelf: Shelf): RegExp => new RegExp(`\\b${shelf}\\b`);

/** An id from a name. */
export function idOf(name: string): string {
  return name.replaceAll(" ", "-");
}

/** Forty small house rules, and two that only sound right. */
export const productRules: readonly Rule[] = [
  ...ruledItems.map(([things, , house], i): Rule => {
    return { id: idOf(things), module, when: [pattern(things)], action: to(house), ...phrased(things, house, i) };
  }),
  ...ruledMarks.map(([mark, words, when, house], i): Rule => {
    return { id: idOf(mark), module, when: [when], action: to(house), ...phrased(words, house, i + 1) };
  }),
  ...decoyMarks.map(([mark, words, when, house], i): Rule => {
    const rest = { when: [when], action: to(house), ...phrased(words, house, i) };
    return { id: idOf(mark), module, decoy: true, ...rest };
  }),
];
