/** What happened, and how the insurer calls it. */
export type Peril = "water" | "fire" | "theft" | "storm" | "glass" | "other";

/** Incidents as customers write of them, each with its peril. */
export const incidents: readonly (readonly [words: string, peril: Peril])[] = [
  ["a burst pipe in the cellar", "water"],
  ["a leak under the kitchen sink", "water"],
  ["an overflowing washing machine", "water"],
  ["a fire in the living room", "fire"],
  ["a scorched kitchen wall", "fire"],
  ["a lightning strike in the fuse box", "fire"],
  ["a stolen bicycle", "theft"],
  ["a burglary", "theft"],
  ["stolen garden chairs", "theft"],
  ["roof tiles torn off", "storm"],
  ["a tree blown onto the shed", "storm"],
  ["a cracked shop window", "glass"],
  ["a shattered glass door", "glass"],
  ["a laptop dropped on the stairs", "other"],
  ["a sofa ruined by spilt ink", "other"],
];

/** A circumstance that the insurer has a rule for. */
export type Ruled = "vacant" | "late-report" | "unlocked" | "weak-wind" | "gradual" | "candle" | "outdoor-theft";

/** Circumstances that decide, each with the perils with which it goes, and how letters word it. */
export const ruled: Readonly<Record<Ruled, { readonly perils: readonly Peril[]; readonly words: readonly string[] }>> =
  {
    vacant: {
      perils: ["water"],
      words: ["the home had been empty for {weeks} weeks", "nobody had been in the home for {weeks} weeks"],
    },
    "late-report": {
      perils: ["water", "fire", "glass", "other", "theft", "storm"],
      words: ["I noticed and wrote to you {late} days later", "this letter comes {late} days after it happened"],
    },
    unlocked: { perils: ["theft"], words: ["the door had been left unlocked", "I had forgotten to lock the door"] },
    "weak-wind": {
      perils: ["storm"],
      words: ["the weather service reported wind of force {weak}", "wind of force {weak} was measured nearby"],
    },
    gradual: {
      perils: ["water"],
      words: ["it had been dripping for {months} months", "it had seeped in over {months} months"],
    },
    candle: {
      perils: ["fire"],
      words: ["a candle was burning while I was out", "the stove was on while we were next door"],
    },
    "outdoor-theft": {
      perils: ["theft"],
      words: ["it happened in the garden", "it happened in the street before the house"],
    },
  };

export const evacuated: readonly string[] = ["the fire brigade evacuated the house"];
export const loyal: readonly string[] = ["I have been insured with you for {years} years"];
export const neutral: readonly string[] = [
  "photographs are attached",
  "a neighbour saw it",
  "the caretaker was informed at once",
  "the police took down the details",
  "my sister helped me to clean up",
  "a craftsman from {city} has looked at it",
  "the receipts are at hand",
  "it has never happened before",
];

export const slots: Readonly<Record<string, readonly string[]>> = {
  weeks: ["five", "six", "seven", "nine"],
  late: ["twelve", "fifteen", "eighteen", "twenty"],
  weak: ["five", "six", "seven"],
  months: ["three", "four", "six"],
  years: ["eight", "ten", "twelve"],
  city: ["Leeds", "Ghent", "Porto", "Graz", "Turin", "Lyon"],
};

export const openings: readonly string[] = [
  "Dear claims department,",
  "Hello,",
  "Good day,",
  "To whom it may concern,",
];
export const dates: readonly string[] = [
  "on 3 March",
  "on 17 April",
  "on 5 June",
  "on 22 August",
  "on 9 October",
  "on 30 November",
];
export const places: readonly string[] = ["Leeds", "Ghent", "Porto", "Graz", "Aarhus", "Turin", "Lyon", "Cork"];
