import type { Rule } from "../world.ts";

const module = "log";

/** One word of the dialect: what it stands for, and how anyone would tell it. */
function word(id: string, plain: string, house: string, when: RegExp): Rule {
  return {
    id,
    module,
    when: [when],
    action: new RegExp(`\\b${house}\\b`),
    statements: [
      `Log ${plain} as ${house}.`,
      `For ${plain} the log says ${house}.`,
      `Write ${house} where the report tells of ${plain}.`,
    ],
    hint: `In this log ${plain} is called ${house}.`,
  };
}

/** The depot's dialect, commonest habits first. Telling it does not help: only practice does. */
export const dialectRules: readonly Rule[] = [
  {
    id: "bare-hour",
    module,
    when: [/\b(?:hours?|times?|clock)\b/],
    action: /\bfour digits\b|\bwithout (?:a )?colons?\b|\bno colons?\b/,
    statements: [
      "Write the hour in four digits, such as 1745.",
      "Times are logged without a colon.",
      "The hour has no colon and runs from 0000 to 2359.",
    ],
    hint: "Times go into the log with four digits.",
  },
  {
    id: "short-platform",
    module,
    when: [/\bplatforms?\b/],
    action: /\bp4\b|\bletter p\b|\bcapital p\b/,
    statements: [
      "Write platform 4 as P4.",
      "A platform is the letter P and its number.",
      "For platforms use a capital P with the number behind it.",
    ],
    hint: "A platform is logged by the letter P.",
  },
  {
    id: "plus-metres",
    module,
    when: [/\b(?:kilomet\w+|km|metres?)\b/],
    action: /\bplus(?: sign)?\b|\bk12\b/,
    statements: [
      "Write kilometre 12.4 as k12+400.",
      "Kilometres and metres are joined by a plus sign.",
      "A place on the line has its metres after a plus, as in k3+200 for kilometre 3.2.",
    ],
    hint: "Kilometres are logged with a plus before the metres.",
  },
  {
    id: "letter-rank",
    module,
    when: [/\b(?:ranks?|priorit\w+|passengers)\b/],
    action: /\bletters?\b(?! p\b)|\brank a\b/,
    statements: [
      "Give the rank as a letter: A with passengers aboard.",
      "Ranks are letters and not words.",
      "When passengers are aboard, the letter of the rank is A.",
    ],
    hint: "The rank is given as a letter.",
  },
  word("signal", "a signal failure", "dark lamp", /\bsignal\w*/),
  word("rail", "a broken rail", "split", /\b(?:broken|cracked) rails?\b/),
  word("door", "a jammed door", "stiff leaf", /\bdoors?\b/),
  word("person", "a person on the track", "walker", /\b(?:person|people|trespass\w*)\b/),
  word("animal", "an animal on the track", "grazer", /\b(?:animals?|cattle|sheep)\b/),
  word("water", "flooded track", "wet bed", /\bflood\w*/),
  word("snow", "snow on the track", "white bed", /\bsnow\w*/),
];
