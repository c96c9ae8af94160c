import type { Rule } from "../world.ts";

const module = "score";
const high = /\bhigh\b/;
const low = /\blow\b/;
const call = /\b(?:call\w*|phone\w*|ring)\b/;
const email = /\b(?:e-?mail\w*|written)\b/;

/** What the sales team would tell anybody who asks, and two things that it would not. None of it helps. */
export const leadRules: readonly Rule[] = [
  {
    id: "decision-maker",
    module,
    when: [/\b(?:decision[ -]makers?|directors?|heads? of|executives?)\b/],
    action: high,
    statements: [
      "Directors and heads of a department have high priority.",
      "A lead who is a head of something or a director is high.",
      "Decision makers are always of high priority.",
    ],
    hint: "A director or head of a department decides, so the priority is high.",
  },
  {
    id: "student",
    module,
    when: [/\b(?:students?|universit\w+|thes[ie]s|academic\w*)\b/],
    action: low,
    statements: [
      "Students have low priority.",
      "Leads who write a thesis are low.",
      "Give low priority to requests from a university.",
    ],
    hint: "Students do not buy: low priority.",
  },
  {
    id: "competitor",
    module,
    when: [/\bcompet(?:itors?|ing|es?)\b/],
    action: low,
    statements: [
      "Competitors get low priority.",
      "If the lead works for a competitor, the priority is low.",
      "Anyone from a competing vendor is low.",
    ],
    hint: "Somebody at a competitor is only looking, which means low priority.",
  },
  {
    id: "referral",
    module,
    when: [/\b(?:referr\w+|recommend\w*|word of mouth)\b/],
    action: high,
    statements: [
      "Leads who were recommended by a customer have high priority.",
      "Referrals are always high.",
      "Set the priority to high when a customer referred the lead.",
    ],
    hint: "Recommended leads buy more often than others: high priority.",
  },
  {
    id: "price-list",
    module,
    when: [/\bprice lists?\b|\bprices?\b|\bpricing\b/],
    action: call,
    statements: [
      "Who has read the price list gets a call.",
      "After a download of the price list the next step is a call.",
      "Call everybody who asked for prices.",
    ],
    hint: "Reading the price list is a sign of interest, so a call is right.",
  },
  {
    id: "tender",
    module,
    when: [/\b(?:tenders?|bids?|rfps?)\b/],
    action: call,
    statements: [
      "When a tender is under way, the next step is a call.",
      "Leads with a tender are called.",
      "A running tender always means a call.",
    ],
    hint: "There is a tender, and those are followed up with a call.",
  },
  {
    id: "private-address",
    module,
    when: [/\b(?:private|personal|free|freemail) (?:e-?mail )?(?:address\w*|accounts?|mailbox\w*)\b/],
    action: /\b(?:wait\w*|do nothing|no (?:follow-up|action))\b/,
    statements: [
      "With a private address the next step is to wait.",
      "Wait when somebody uses a personal account.",
      "Leads with a private mailbox: wait.",
    ],
    hint: "This lead used a private address, and with those we wait.",
  },
  {
    id: "newsletter",
    module,
    when: [/\bnewsletters?\b/],
    action: email,
    statements: [
      "Subscribers of the newsletter get an email.",
      "The next step for newsletter readers is email.",
      "Send an email to whoever reads the newsletter.",
    ],
    hint: "Readers of the newsletter prefer an email.",
  },
  {
    id: "fair",
    module,
    decoy: true,
    when: [/\b(?:trade )?fairs?\b|\bexhibition\b/],
    action: high,
    statements: [
      "Leads from a trade fair have high priority.",
      "Whoever came to the fair is high.",
      "Contacts made at an exhibition are of high priority.",
    ],
    hint: "Fair contacts are high.",
  },
  {
    id: "monday",
    module,
    decoy: true,
    when: [/\bmondays?\b|\bstart of the week\b/],
    action: call,
    statements: [
      "Leads that come in on a Monday are called.",
      "On Monday the next step is always a call.",
      "At the start of the week, call.",
    ],
    hint: "It came in on a Monday, so call.",
  },
];
