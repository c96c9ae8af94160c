import type { Rule } from "../world.ts";

const reject = /\b(?:reject\w*|refus\w*|turn(?:ed|s)? down)\b/;
const negotiate = /\b(?:re)?negotiat\w*/;

/** How facts are recorded, and one habit that only sounds tidy. The small student can follow all of them. */
const extractRules: readonly Rule[] = [
  {
    id: "term-in-days",
    module: "extract",
    when: [/\b(?:terms?|periods?|durations?|deadlines?|months?|years?)\b/],
    action: /\b(?:in|to|into|as) days\b|\bnumber of days\b|\bdays? (?:only|instead)\b/,
    statements: [
      "Give every term in days, counting 30 for a month.",
      "Convert months into days.",
      "Write periods as days and never as months.",
    ],
    hint: "Terms are recorded in days, with 30 for a month.",
  },
  {
    id: "business-days",
    module: "extract",
    when: [/\b(?:business|working)[ -]days?\b/],
    action: /\bcalendar\b|\bweekends?\b|\bseven\b/,
    statements: [
      "Turn business days into calendar days: five of them make seven days.",
      "Working days are counted as calendar days, weekends included.",
      "Business days become calendar days, seven for every five.",
    ],
    hint: "Business days have to be turned into calendar days.",
  },
  {
    id: "duty-bearer",
    module: "extract",
    when: [/\b(?:part(?:y|ies)|bound|binds)\b/],
    action: /\bdut(?:y|ies)\b|\bobligations?\b|\bobliged\b|\b(?:that|who) (?:shall|must)\b/,
    statements: [
      "The bound party is the one with the duty, even when the other is named first.",
      "Name the party that shall do something, not the one that may.",
      "As bound party, give the side under the obligation.",
    ],
    hint: "The bound party is whoever has the duty here.",
  },
  {
    id: "mutual",
    module: "extract",
    when: [/\b(?:each|either|mutual\w*|reciprocal)\b/],
    action: /\bboth\b/,
    statements: [
      "When each party is bound, the bound party is both.",
      "Mutual clauses have both as bound party.",
      "Where a clause speaks of either party, answer both.",
    ],
    hint: "The clause is mutual, so both are bound.",
  },
  {
    id: "round-term",
    module: "extract",
    decoy: true,
    when: [/\b(?:terms?|periods?|durations?)\b/],
    action: /\bround\w*|\bwhole weeks?\b/,
    statements: [
      "Round terms up to whole weeks.",
      "Terms are rounded to the next week.",
      "Every period is rounded to weeks.",
    ],
    hint: "Round the terms to weeks.",
  },
];

/** The firm's positions, which no clause mentions, and one that only sounds like experience. */
const judgeRules: readonly Rule[] = [
  {
    id: "short-payment",
    module: "judge",
    when: [/\b(?:pay|paying|payments?|payable|invoices?)\b/],
    action: negotiate,
    statements: [
      "Negotiate payment terms of less than 30 days.",
      "Where we would have to pay in under 30 days, the verdict is negotiate.",
      "Payment periods below 30 days are to be negotiated.",
    ],
    hint: "Payment in under 30 days is something that we negotiate.",
  },
  {
    id: "low-cap",
    module: "judge",
    when: [/\b(?:liabilit\w*|liable)\b/, /\b(?:cap|caps|capped|limit\w*|ceiling)\b/],
    action: reject,
    statements: [
      "Reject a cap on liability below a year of fees.",
      "If liability is capped at less than a year of fees, reject.",
      "Liability limits under twelve months of fees are refused.",
    ],
    hint: "A cap on liability below a year of fees is rejected here.",
  },
  {
    id: "long-renewal",
    module: "judge",
    when: [/\b(?:renew\w*|prolong\w*|roll\w* over|extend\w*)\b/],
    action: negotiate,
    statements: [
      "Automatic renewal with more than 60 days of notice is negotiated.",
      "Negotiate when a contract renews itself and asks for over 60 days of notice.",
      "A contract that is prolonged by itself with notice above 60 days: negotiate.",
    ],
    hint: "It renews itself with more than 60 days of notice, which we negotiate.",
  },
  {
    id: "supplier-exit",
    module: "judge",
    when: [/\b(?:terminat\w*|exits?|leave|walk away)\b/],
    action: reject,
    statements: [
      "Reject a supplier's right to terminate on less than 90 days of notice.",
      "When the supplier may terminate with under 90 days of notice, reject.",
      "Exits of the supplier at notice below 90 days are refused.",
    ],
    hint: "A supplier who may terminate on less than 90 days of notice is rejected.",
  },
  {
    id: "one-sided-secrecy",
    module: "judge",
    when: [/\b(?:confidential\w*|secre\w*|ndas?|disclos\w*)\b/],
    action: reject,
    statements: [
      "Confidentiality that binds only the customer is rejected.",
      "Reject secrecy when we alone are bound by it.",
      "If a duty of confidentiality is one-sided against the customer, refuse it.",
    ],
    hint: "Confidentiality that binds the customer alone is rejected.",
  },
  {
    id: "data-abroad",
    module: "judge",
    when: [/\bdata\b/, /\b(?:abroad|outside|overseas|third countr\w*|transfer\w*|export\w*|offshore)\b/],
    action: reject,
    statements: [
      "Personal data that go abroad are a reason to reject.",
      "Reject transfers of personal data outside the common market.",
      "If data may be kept overseas, refuse the clause.",
    ],
    hint: "Personal data would go abroad, which is rejected.",
  },
  {
    id: "free-pricing",
    module: "judge",
    when: [/\b(?:pric\w*|fees?|rates?)\b/, /\b(?:increas\w*|rais\w*|rises?|unilateral\w*|at will|adjust\w*)\b/],
    action: reject,
    statements: [
      "Reject a right to raise prices at will.",
      "When the supplier may increase fees as it likes, reject.",
      "Unilateral price rises are refused.",
    ],
    hint: "Prices that the supplier may raise at will are rejected.",
  },
  {
    id: "background-rights",
    module: "judge",
    when: [/\b(?:background|pre-?existing|prior|earlier|existed before)\b/],
    action: reject,
    statements: [
      "Reject assignments of rights that take in pre-existing material.",
      "If background material is signed over too, reject.",
      "Giving up rights in earlier work is refused.",
    ],
    hint: "Pre-existing material would be signed over, which is rejected.",
  },
  {
    id: "customary",
    module: "judge",
    decoy: true,
    when: [/\b(?:customary|market standard|industry standard|boilerplate|usual)\b/],
    action: /\baccept\w*|\bapprov\w*/,
    statements: [
      "Accept clauses that are called customary.",
      "Whatever is market standard can be accepted.",
      "Clauses described as usual in the trade are approved.",
    ],
    hint: "Customary clauses are accepted.",
  },
];

/** What the firm's reviewers know: four rules of recording, eight of judging, and a decoy for each step. */
export const contractRules: readonly Rule[] = [...extractRules, ...judgeRules];
