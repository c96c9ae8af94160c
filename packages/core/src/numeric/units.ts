import { CultivarError } from "../ground/errors.ts";

/** What is used of mathjs: a quantity made of a value and a unit's name, and its conversion. */
interface MathUnits {
  unit(value: number, unit: string): { toNumber(unit: string): number };
}

/** The outcome of a conversion: the value, or why there is none. */
export type Conversion =
  { readonly value: number } | { readonly problem: "unknown-unit" | "other-dimension"; readonly unit: string };

const aliases: Readonly<Record<string, string>> = {
  "°c": "degC",
  "°f": "degF",
  "°k": "K",
  "°": "deg",
  "c°": "degC",
  mph: "mi/hour",
  kph: "km/hour",
  kmh: "km/hour",
  kilometre: "kilometer",
  kilometres: "kilometers",
  metre: "meter",
  metres: "meters",
  centimetre: "centimeter",
  centimetres: "centimeters",
  millimetre: "millimeter",
  millimetres: "millimeters",
  litre: "liter",
  litres: "liters",
  millilitre: "milliliter",
  millilitres: "milliliters",
};

// Names of letters, small whole powers, * and / and "per" between them. No digits that stand alone, no brackets, no
// functions.
const factor = String.raw`[\p{L}°µ]{1,24}(?:\^?-?\d)?`;
const unitGrammar = new RegExp(String.raw`^${factor}(?:\s?[*/·]\s?${factor}){0,5}$`, "u");

/**
 * A unit's text in mathjs' spelling, or undefined when it cannot be one. This is all that reaches mathjs: text from a
 * model is never given to its expression parser, where `zeros(1e9)` alone ends the process.
 */
export function unitName(text: string): string | undefined {
  const spelled = text
    .trim()
    .replace(/\s+per\s+/giu, "/")
    .replaceAll("·", "*")
    .replace(/\s*([*/])\s*/gu, "$1");
  if (!unitGrammar.test(spelled)) return undefined;
  return spelled
    .split(/([*/])/u)
    .map((name) => (Object.hasOwn(aliases, name.toLowerCase()) ? aliases[name.toLowerCase()]! : name))
    .join("")
    .replaceAll("µ", "u")
    .replaceAll("μ", "u");
}

/**
 * Converts a value between two units, given as written. mathjs (an optional peer, 0.2 s to load) is loaded at the
 * first call. Throws `missing-package` with the install command when it is not there.
 */
export async function convert(
  value: number,
  from: string,
  to: string,
  load: () => Promise<unknown> = loadMath,
): Promise<Conversion> {
  const source = unitName(from);
  const target = unitName(to);
  if (source === undefined) return { problem: "unknown-unit", unit: from };
  if (target === undefined) return { problem: "unknown-unit", unit: to };
  const math = await mathUnits(load);
  for (const [name, written] of [
    [source, from],
    [target, to],
  ] as const) {
    if (!isUnit(math, name)) return { problem: "unknown-unit", unit: written };
  }
  try {
    return { value: math.unit(value, source).toNumber(target) };
  } catch {
    return { problem: "other-dimension", unit: from };
  }
}

function isUnit(math: MathUnits, name: string): boolean {
  try {
    math.unit(1, name);
    return true;
  } catch {
    return false;
  }
}

async function mathUnits(load: () => Promise<unknown>): Promise<MathUnits> {
  let loaded: unknown;
  try {
    loaded = await load();
  } catch (cause) {
    throw new CultivarError(
      "missing-package",
      'numericEquality: converting units needs the package mathjs, which cannot be loaded; run `npm install mathjs`, or pass units: "ignore" to compare the numbers only',
      { cause },
    );
  }
  // The browser bundle is CommonJS: its exports are the default export, or the module itself under a bundler.
  const { default: bundled } = loaded as { readonly default?: unknown };
  return (bundled ?? loaded) as MathUnits;
}

// The one bundled file: 0.2 s instead of the 2 s of mathjs' module graph.
function loadMath(): Promise<unknown> {
  const path: string = "mathjs/lib/browser/math.js";
  return import(path);
}
