import type { Rule } from "../world.ts";

/** What the catalogue wants of a query, and what readers want of an answer. */
export const multiHopRules: readonly Rule[] = [
  {
    id: "query-title",
    module: "query",
    when: [/\b(?:titles?|professor|doctor|dr|honorifics?|dame|sir)\b/],
    action: /\b(?:without|drop|omit|leave out|leave off|remove|strip|no|not|never|excluding)\b/,
    statements: [
      "Search for people without titles such as Professor or Dr.",
      "Drop titles like Professor from the query.",
      "The search query contains a person's name but no title or honorific.",
    ],
    hint: "The catalogue found nothing: it lists people by name, so leave out titles such as Professor in the search.",
  },
  {
    id: "query-abbreviation",
    module: "query",
    when: [/\b(?:abbreviat\w*|acronyms?|initials)\b/],
    action: /\b(?:spell\w*|spelt|expand\w*|full names?|in full|write out|written out)\b/,
    statements: [
      "Spell out abbreviations of institutes: the catalogue only knows full names.",
      "Expand acronyms in the search query.",
      "Instead of an abbreviation, search for the full name.",
    ],
    hint: "The catalogue found nothing: it does not know abbreviations, which must be spelled out in the search.",
  },
  {
    id: "query-hyphen",
    module: "query",
    when: [/\bhyphen\w*/],
    action: /\b(?:spaces?|separate words|remove|drop|without|no|replace)\b/,
    statements: [
      "Write hyphenated names with a space in place of the hyphen.",
      "In queries, replace hyphens by spaces.",
      "Search for hyphenated names as separate words.",
    ],
    hint: "The catalogue found nothing: hyphenated names are searched for with a space.",
  },
  {
    id: "answer-title",
    module: "answer",
    when: [/\b(?:titles?|dr|doctor|honorifics?)\b/],
    action: /\b(?:without|drop|omit|leave out|leave off|remove|strip|no|not|never|excluding)\b/,
    statements: [
      "Name people without titles such as Dr.",
      "Leave out titles when the answer is a person.",
      "An answer that is a person has no honorific.",
    ],
    hint: "In answers people are named without titles such as Dr.",
  },
  {
    id: "answer-current",
    module: "answer",
    when: [/\b(?:office|mayors?|held|holders?|sources|passage|several|changed|two people)\b/],
    action: /\b(?:current|latest|most recent|present|newest|incumbent)\b/,
    statements: [
      "When an office has changed hands, answer with the current holder.",
      "If the passage names several mayors, give the most recent one.",
      "For an office, the present holder is meant and not a former one.",
    ],
    hint: "The office has changed hands: the current holder is wanted.",
  },
  {
    id: "answer-year",
    module: "answer",
    when: [/\b(?:dates?|when|years?)\b/],
    action:
      /\b(?:only|just|bare|nothing but) (?:with |give |by )?(?:the |a )?year\b|\byears? (?:only|alone|suffices)\b|\bonly the year\b/,
    statements: [
      "Answer questions about dates with the year only.",
      "When asked when something happened, give just the year.",
      "For dates, the year alone is enough and the day is left out.",
    ],
    hint: "Where a date is asked for, the year alone is wanted.",
  },
  {
    id: "answer-digits",
    module: "answer",
    when: [/\b(?:numbers?|quantit\w*|counts?|inhabitants|figures)\b/],
    action: /\b(?:digits|numerals|arabic)\b/,
    statements: [
      "Write numbers in digits, such as 12000.",
      "Quantities are given in numerals and not in words.",
      "If the answer is a number, use digits.",
    ],
    hint: "Numbers are wanted in digits.",
  },
  {
    id: "query-quotes",
    module: "query",
    decoy: true,
    when: [/\b(?:topic|subject|keywords?|relation)\b/],
    action: /\b(?:add|append|include)\b/,
    statements: [
      "Add the topic of the question to the search query.",
      "Include a keyword for the subject in the query.",
      "Append the relation that is asked for.",
    ],
    hint: "Add the topic to the query.",
  },
];
