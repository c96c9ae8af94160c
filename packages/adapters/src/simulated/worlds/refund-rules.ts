import type { Rule } from "../world.ts";

const module = "decide";
const credit = /\b(?:store |shop )?credit(?:s|ed)?\b|\bvouchers?\b/;
// "what does not fit is replaced" denies nothing
const replace = /\b(?:not fit\w*\b[^.]{0,20}\b)?(?:replac\w*|exchang\w*|swap\w*)/;
const part =
  /\bspare\b|\bsingle parts?\b|\bdecision\W{1,3}part\b|\b(?:send|sent|get|gets|choose|is|as|to|by) (?:out )?(?:only )?(?:the |a |that |just |one )*part\b/;

/** The fine rules of the shop; one generous rule that looks like the cure and is not; and one that only sounds right. */
export const refundRules: readonly Rule[] = [
  {
    id: "late",
    module,
    when: [/\b(?:late|delay\w*|overdue|after the promised)\b/],
    action: credit,
    statements: [
      "Late deliveries get store credit, with an apology.",
      "A parcel that came after the promised date is settled by credit.",
      "If the delivery was delayed, decide for credit and apologise.",
    ],
    hint: "The parcel was late, and for that we give credit.",
  },
  {
    id: "colour",
    module,
    when: [/\bcolou?rs?\b|\bshades?\b|\bhues?\b/],
    action: credit,
    statements: [
      "A colour unlike the picture is settled by credit, with an apology.",
      "When the colour is another than shown, give store credit.",
      "Differences in shade between page and article: credit.",
    ],
    hint: "For a colour that is unlike the picture we give credit.",
  },
  {
    id: "price-drop",
    module,
    when: [/\bprices?\b|\bcheaper\b/],
    action: credit,
    statements: [
      "If the price dropped after the order, the difference is given as credit.",
      "Customers whose article became cheaper soon afterwards get store credit and an apology.",
      "A falling price is made up for by credit.",
    ],
    hint: "Its price dropped after the order, which we make good by credit.",
  },
  {
    id: "missing-part",
    module,
    when: [/\b(?:missing|lacks?|lacking|left out|incomplete)\b/],
    action: part,
    statements: [
      "When something is missing, we send the part and apologise.",
      "For an incomplete article the decision is part.",
      "If a screw, lid or cable is missing, choose part.",
    ],
    hint: "Something was missing, so we send the part.",
  },
  {
    id: "size",
    module,
    when: [/\bsizes?\b|\bfits?\b|\btoo (?:small|large|big)\b/],
    action: replace,
    statements: [
      "Clothes of a wrong size are replaced, with an apology.",
      "If it does not fit, exchange it.",
      "Garments that are too small or too large: replace.",
    ],
    hint: "The size did not fit, and then we replace the garment.",
  },
  {
    id: "early-wear",
    module,
    when: [/\b(?:weeks?|early|soon|normal use|warranty|stopped working|wears? out)\b/],
    action: replace,
    statements: [
      "What breaks within weeks of normal use is replaced, with an apology.",
      "An article that stopped working early gets replaced.",
      "Under warranty, that is when it fails after some weeks, we replace.",
    ],
    hint: "It failed after some weeks of normal use, so we replace it.",
  },
  {
    id: "gift",
    module,
    when: [/\bgifts?\b|\bpresents?\b/],
    action: replace,
    statements: [
      "Unwanted gifts are exchanged for something else, with an apology.",
      "When the article was a gift, the decision is replace.",
      "People who received a present may swap it.",
    ],
    hint: "It was a gift, and gifts may be exchanged.",
  },
  {
    id: "set",
    module,
    when: [/\bsets?\b/],
    action: part,
    statements: [
      "If one piece of a set is bad, we send a spare one and apologise.",
      "For sets with a single bad piece the decision is part.",
      "A bad piece in a set is not a bad set: choose part.",
    ],
    hint: "Only one piece of the set was bad, so we send a spare.",
  },
  {
    id: "generous",
    module,
    decoy: true,
    tempting: true,
    when: [/\b(?:unhappy|disappoint\w*|frustrat\w*|upset|annoyed|dissatisf\w*|complain\w*|in doubt|generous\w*)\b/],
    action: /\brefund\w*|\bmoney back\b/,
    statements: [
      "Unhappy customers get a full refund and an apology.",
      "When in doubt be generous: refund.",
      "Whoever sounds disappointed or frustrated is refunded in full, whatever the cause.",
    ],
    hint: "This customer was unhappy; a generous refund with an apology would have been friendlier.",
  },
  {
    id: "club",
    module,
    decoy: true,
    when: [/\bclub\b|\bmembers?(?:hip)?\b/],
    action: credit,
    statements: [
      "Club members always get store credit.",
      "If the writer has a club card, decide for credit.",
      "Members of the club are given credit whatever they ask.",
    ],
    hint: "Club members get credit.",
  },
];
