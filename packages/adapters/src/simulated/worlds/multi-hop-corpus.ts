import type { Rng } from "@cultivar/core";
import { rng } from "@cultivar/core";

/** One entry of the archive. */
export interface Passage {
  /** The name under which it is indexed. */
  readonly title: string;
  readonly text: string;
  /** The entry that it points to. */
  readonly link?: string;
}

export interface Town {
  readonly name: string;
  readonly river: string;
  readonly museum: string;
  /** Full names without titles. */
  readonly mayor: string;
  readonly chartered: number;
  readonly thousands: number;
}

export interface Subject {
  readonly title: string;
  readonly town: string;
  readonly kind: "person" | "institute";
}

const given =
  "Ilse Jon Ada Marten Rosa Emil Clara Viktor Nina Oskar Petra Leon Greta Simon Thea Bruno Anna-Maria Karl-Otto Eva-Lena Jean-Luc".split(
    " ",
  );
const surnames = "Marsh Vale Rook Holm Tanner Brandt Keller Lowe Sorrel Quist Ferro Stroud Ames Dorn Whit".split(" ");
const starts = "Cal Orm Bren Tor Lin Hart Wes Dun Mel Gar Sted Fen".split(" ");
const ends = "der by ford mouth wick stead".split(" ");
const kinds = ["Brick", "Tide", "Seed", "Glass", "Weather", "Copper", "Timber", "Lamp", "Stone", "River"];
const sides = ["Northern", "Southern", "Eastern", "Western", "Central", "Coastal"];
const houses = ["Glass House", "Old Mill", "Salt Hall", "Tide Rooms", "Clock Yard", "Wool Store", "Lantern Court"];
const units = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty".split(" ");
const months = "January March May June August October December".split(" ");

/** A whole number of thousands from 10 to 20, in words and back. */
export const thousandsInWords: Readonly<Record<string, number>> = Object.fromEntries(
  units.map((unit, i) => [`${unit} thousand`, (10 + i) * 1000]),
);

interface Archive {
  readonly towns: ReadonlyMap<string, Town>;
  readonly subjects: readonly Subject[];
  readonly passages: readonly Passage[];
}

function townOf(name: string, draw: Rng): { town: Town; passage: Passage } {
  const person = (): string => `${draw.pick(given.slice(0, 16))} ${draw.pick(surnames)}`;
  const river = `${draw.pick(starts)}${draw.pick(["a", "e", "is", "en"])}`;
  const [former, mayor] = [person(), person()];
  const [chartered, since] = [1150 + draw.int(600), 2005 + draw.int(17)];
  const step = draw.int(units.length);
  const museum = draw.pick(houses);
  const text = [
    `${name} lies on the river ${river}.`,
    `${name} was chartered on ${1 + draw.int(28)} ${draw.pick(months)} ${chartered}.`,
    `${name} has ${units[step]!} thousand inhabitants.`,
    `The mayor of ${name} was Dr ${former} until ${since} and has been Dr ${mayor} since ${since}.`,
    `The museum of ${name} is called the ${museum}.`,
  ].join(" ");
  return { town: { name, river, museum, mayor, chartered, thousands: 10 + step }, passage: { title: name, text } };
}

/** The archive is the same for every seed of the questions: it is the world, not the data. */
function build(): Archive {
  const draw = rng(7, "multi-hop-qa archive");
  const towns = new Map<string, Town>();
  const passages: Passage[] = [];
  for (const start of starts) {
    for (const end of ends) {
      const { town, passage } = townOf(`${start}${end}`, draw);
      towns.set(town.name, town);
      passages.push(passage);
    }
  }
  const names = [...towns.keys()];
  const people = given.flatMap((first) =>
    draw
      .sample(surnames, 9)
      .map((last) => ({ title: `${first} ${last}`.replaceAll("-", " "), kind: "person" as const })),
  );
  const institutes = sides.flatMap((side) =>
    kinds.map((kind) => ({ title: `${side} ${kind} Institute`, kind: "institute" as const })),
  );
  const subjects = [...people, ...institutes].map((one) => ({ ...one, town: draw.pick(names) }));
  for (const { title, kind, town } of subjects) {
    const text =
      kind === "person"
        ? `${title} was born in ${town} and became a ${draw.pick(["painter", "geologist", "sailor", "poet", "botanist"])}.`
        : `${title} is based in ${town} and studies ${draw.pick(["materials", "history", "trade", "climate"])}.`;
    passages.push({ title, text, link: town });
  }
  return { towns, subjects, passages };
}

const archive = build();

/** Towns by name. */
export const towns: ReadonlyMap<string, Town> = archive.towns;
/** The people and institutes that questions start from. */
export const subjects: readonly Subject[] = archive.subjects;
/** The whole corpus. */
export const corpus: readonly Passage[] = archive.passages;

/** Given names that people write with a hyphen, as the index does not. */
export const hyphenated: readonly string[] = given.filter((name) => name.includes("-"));

const byTitle = new Map(corpus.map((passage) => [passage.title, passage]));
const wordsOf = (text: string): readonly string[] =>
  text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
const index = corpus.map((passage) => ({ passage, words: new Set(wordsOf(passage.title)) }));

/**
 * An old catalogue: an entry is found when its name holds every word of the query, letter by letter. Gives the texts of
 * the first two entries found, each followed by the entry that it points to. Nothing found, nothing given.
 */
export function search(query: string): readonly string[] {
  const words = wordsOf(query);
  if (words.length === 0) return [];
  const found = index.filter((entry) => words.every((word) => entry.words.has(word))).slice(0, 2);
  const texts = found.flatMap(({ passage }) => {
    const linked = passage.link === undefined ? undefined : byTitle.get(passage.link);
    return linked === undefined ? [passage.text] : [passage.text, linked.text];
  });
  return [...new Set(texts)];
}
