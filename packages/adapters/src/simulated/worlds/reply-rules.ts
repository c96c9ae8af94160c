import type { Rule } from "../world.ts";

const module = "draft";

/** The rule that points at examples instead of spelling anything out. */
export const asShown = "as-shown";

/** The house format of a reply, the rule that points at examples, and two that only sound right. */
export const replyRules: readonly Rule[] = [
  {
    id: "full-name",
    module,
    when: [/\b(?:full|whole|complete) names?\b|\bfirst (?:name )?and (?:last|sur|family)[ -]?name\b/],
    action: /\b(?:greet\w*|dear|address\w*|salut\w*)\b/,
    statements: [
      "Greet people with Dear and their full name, however casually they write.",
      "The greeting uses the full name of the customer.",
      "Address the customer by first name and surname.",
    ],
    hint: "Dear and the full name make the greeting here, for casual writers too.",
  },
  {
    id: "company",
    module,
    when: [/\b(?:compan(?:y|ies)|business\w*|firms?|organi[sz]ations?)\b/],
    action: /\bteams?\b/,
    statements: [
      "Somebody who writes for a company is greeted as the team of that company.",
      "When a business writes, the greeting is for its team.",
      "A message signed for a firm gets Dear team of and the name of the firm.",
    ],
    hint: "This person writes for a company, and companies are greeted as a team.",
  },
  {
    id: "repeat-formal",
    module,
    when: [/\b(?:again|already|repeat\w*|second time|before|follow[ -]?ups?|reminders?)\b/],
    action: /\bformal\w*/,
    statements: [
      "Customers who have already written about the matter get a formal tone.",
      "For a repeated message the tone is formal.",
      "If somebody writes again about the same thing, be formal.",
    ],
    hint: "The customer had already written before, so the tone should be formal.",
  },
  {
    id: "delay-neutral",
    module,
    when: [/\b(?:late|delay\w*|overdue)\b/],
    action: /\bneutral\w*/,
    statements: [
      "The tone on late deliveries is neutral, since the carrier is to blame.",
      "Keep a neutral tone when a parcel is late.",
      "Delays are answered in a neutral tone.",
    ],
    hint: "Delays are the carrier's doing and are answered in a neutral tone.",
  },
  {
    id: "damaged-replacement",
    module,
    when: [/\b(?:damag\w*|broken|crack\w*|smash\w*)\b/],
    action: /\breplac\w+/,
    statements: [
      "Damaged goods are replaced: the remedy is replacement.",
      "For anything that arrives broken offer a replacement.",
      "When the item is cracked or damaged, choose replacement.",
    ],
    hint: "Broken things are replaced here.",
  },
  {
    id: "late-voucher",
    module,
    when: [/\b(?:late|delay\w*|overdue)\b/],
    action: /\bvouchers?\b/,
    statements: [
      "Late deliveries get a voucher.",
      "The remedy for a delay is a voucher.",
      "When a parcel is overdue, offer a voucher.",
    ],
    hint: "A voucher is what people get for a late parcel.",
  },
  {
    id: "wrong-callback",
    module,
    when: [/\bwrong\b|\bmix-?ups?\b|\bmixed up\b|\b(?:mistaken|other) items?\b|\bnot what was ordered\b/],
    action: /\bcall(?:ed|s)?[ -]?backs?\b|\bcall(?:ed|s)? (?:them |the customer )?back\b/,
    statements: [
      "Wrong items are settled by a callback.",
      "When the wrong item was sent, the remedy is callback.",
      "After a mix-up the customer is called back.",
    ],
    hint: "If the wrong thing was sent, we call back.",
  },
  {
    id: "order-code",
    module,
    when: [/\border (?:numbers?|no\b)/],
    action: /\b(?:last|final) (?:two|2) digits\b|\binitials\b/,
    statements: [
      "The code is the last two digits of the order number, a dash and the customer's initials.",
      "When there is an order number, build the code from its final two digits and the initials.",
      "Where an order number is given, the code joins the last two digits with the writer's initials.",
    ],
    hint: "A message with an order number gets a code: its last two digits, a dash and the initials.",
  },
  {
    id: asShown,
    module,
    when: [
      /\b(?:examples?|samples?|demonstrations?|demos|(?:earlier|past|previous|model) (?:replies|answers|cases)|replies shown)\b/,
    ],
    action:
      /\b(?:follow(?!ing\b)\w*|imitat\w+|mirror\w*|copy|copied|match\w*|closely|(?:exactly|just) (?:as|like)|(?:keep|stick) to|pattern)\b/,
    statements: [
      "Follow the examples closely, in wording and in form.",
      "Fill in each field exactly as in the sample replies.",
      "Imitate the past replies, down to their set phrases.",
    ],
    hint: "That is a set phrase which no handbook spells out: imitate the sample replies.",
  },
  {
    id: "welcome-back",
    module,
    decoy: true,
    when: [/\b(?:returning|regular|loyal|bought)\b/],
    action: /\bwelcome back\b/,
    statements: [
      "Returning customers are greeted with Welcome back.",
      "Say Welcome back to regular customers.",
      "If somebody has bought from us, the greeting is Welcome back.",
    ],
    hint: "Regular customers should read Welcome back.",
  },
  {
    id: "deadline-refund",
    module,
    decoy: true,
    when: [/\b(?:deadlines?|hurry|urgent\w*|needs? it by|in time)\b/],
    action: /\brefund\w*/,
    statements: [
      "Customers with a deadline get a refund.",
      "When somebody needs it by a certain day, the remedy is refund.",
      "Choose refund for customers in a hurry.",
    ],
    hint: "There is a deadline, so a refund is best.",
  },
];
