import type { Rule } from "../world.ts";

const half = /\bhalf\b|\b50 ?(?:%|percent)|\bhalved\b/;
const none = /\bnone\b|\bnot covered\b|\bnothing\b|\bno cover(?:age)?\b|\bexcluded\b|\brefused\b/;

/** How the insurer decides on claims: nearly everything that matters is known to the third of five modules. */
export const claimsRules: readonly Rule[] = [
  {
    id: "repair-estimate",
    module: "extract",
    when: [/\b(?:two|several|both|different) (?:figures|amounts|sums)\b|\bpurchase price\b/],
    action: /\b(?:repair\w*|estimate\w*)\b/,
    statements: [
      "When a claim names two figures, the loss is the repair estimate.",
      "Where several amounts are given, take the estimate of the repair.",
      "If there is a purchase price as well, the loss is what the repair costs.",
    ],
    hint: "This customer names two figures, so the repair estimate is what counts.",
  },
  {
    id: "lightning",
    module: "classify",
    decoy: true,
    when: [/\blightning\b/],
    action: /\bstorm\b/,
    statements: [
      "Lightning counts as storm.",
      "The peril of a lightning strike is storm.",
      "Treat lightning as a kind of storm.",
    ],
    hint: "Lightning is storm.",
  },
  {
    id: "vacant",
    module: "assess",
    when: [/\b(?:empty|vacant|unoccupied|uninhabited|nobody liv\w+)\b/],
    action: half,
    statements: [
      "Water damage in a home that stood empty for more than four weeks is covered by half.",
      "A house that was vacant for over a month: coverage half.",
      "When the home was unoccupied for weeks, only half is covered.",
    ],
    hint: "The home had been empty for over four weeks, and then we pay half.",
  },
  {
    id: "late-report",
    module: "assess",
    when: [/\b(?:reported|report\w*|notified|notif\w+|told us)\b/, /\b(?:late|later|after|days|weeks?|delay\w*)\b/],
    action: half,
    statements: [
      "A loss that was reported later than ten days after it happened is covered by half.",
      "Late reports, after more than ten days, are covered by half.",
      "When we are notified after more than ten days, coverage is half.",
    ],
    hint: "It was reported more than ten days late, which leaves half.",
  },
  {
    id: "unlocked",
    module: "assess",
    when: [/\b(?:unlocked|not locked|open (?:door|window)s?|left open)\b/],
    action: none,
    statements: [
      "Theft from an unlocked place is not covered.",
      "Where a door was unlocked, coverage is none.",
      "Nothing is paid for theft through an unlocked door.",
    ],
    hint: "The place was unlocked, and such thefts are excluded.",
  },
  {
    id: "weak-wind",
    module: "assess",
    when: [/\b(?:wind\w*|beaufort|gales?|force)\b/],
    action: none,
    statements: [
      "Storm damage at a wind force below eight is not covered.",
      "With winds under force eight, coverage is none.",
      "Below Beaufort eight the wind damage is excluded.",
    ],
    hint: "The wind did not reach force eight, so nothing is due.",
  },
  {
    id: "gradual",
    module: "assess",
    when: [/\b(?:gradual\w*|slow\w*|months|wear|seep\w*|over time)\b/],
    action: none,
    statements: [
      "Damage that came about gradually, over months, is not covered.",
      "Slow leaks over months: coverage none.",
      "Gradual damage is excluded.",
    ],
    hint: "The damage came slowly over months, and that is excluded.",
  },
  {
    id: "candle",
    module: "assess",
    when: [/\b(?:candles?|stoves?|unattended|unwatched|negligen\w+)\b/],
    action: half,
    statements: [
      "When a candle or stove was left unattended, half is covered.",
      "Fires from an unattended candle get half.",
      "Coverage is half where somebody left a stove unwatched.",
    ],
    hint: "A candle or stove was left unattended, and then we pay half.",
  },
  {
    id: "outdoor-theft",
    module: "assess",
    when: [/\b(?:outdoors?|outside|garden|street|in the open|yard)\b/],
    action: half,
    statements: [
      "Things stolen outdoors are covered by half.",
      "For theft in a garden or in the street, coverage is half.",
      "What was stolen outside the home is covered at 50 percent.",
    ],
    hint: "It was stolen outdoors, for which we pay half.",
  },
  {
    id: "long-customer",
    module: "assess",
    decoy: true,
    when: [/\b(?:long[ -]?(?:standing|time|term)|loyal|for years|many years)\b/],
    action: /\bfull\w*\b|\bgenerous\w*/,
    statements: [
      "Long-standing customers are always covered in full.",
      "Give loyal customers full coverage.",
      "Whoever has been insured for years gets full coverage.",
    ],
    hint: "Loyal customers get full coverage.",
  },
  {
    id: "waived-deductible",
    module: "calculate",
    when: [/\b(?:fire brigade|firefighters|emergency services)\b|\bevacuat\w+/],
    action: /\b(?:no|without|waive\w*|skip|drop|not deduct\w*|not subtract\w*)\b/,
    statements: [
      "No deductible is taken off when people were evacuated.",
      "Waive the deductible after an evacuation.",
      "After an evacuation the payment is worked out without the deductible.",
    ],
    hint: "People had been evacuated, and then we waive the deductible.",
  },
  {
    id: "round-up",
    module: "summarise",
    decoy: true,
    when: [/\b(?:payments?|amounts?|sums?|euros)\b/],
    action: /\bround\w*\b/,
    statements: [
      "Payments are rounded to full hundreds.",
      "Round the amount to the next hundred.",
      "The sum that is paid is a round one.",
    ],
    hint: "Amounts should be rounded.",
  },
];
