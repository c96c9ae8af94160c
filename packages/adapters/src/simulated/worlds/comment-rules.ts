import type { Rule } from "../world.ts";

const module = "moderate";
const allowed = /\ballow\w*|\bstays?\b|\bstands?\b|\bpermitted\b|\bapprov\w*|\bkept\b|\bkeep\b|\bfine\b/;
const hidden = /\bhid(?:e|es|den|ing)\b|\bremov\w*|\btaken? down\b/;
const escalated = /\bescalat\w*|\bhuman\b|\bmoderators? on duty\b/;

/** The house rules of the forum, and two that only sound right. */
export const commentRules: readonly Rule[] = [
  {
    id: "own-business",
    module,
    when: [
      /\b(?:own|self|their|his|her|one's|writer's)\b/,
      /\b(?:shops?|business\w*|workshops?|studios?|compan(?:y|ies)|promot\w*)\b/,
    ],
    action: hidden,
    statements: [
      "Comments that promote the writer's own business are hidden as advert.",
      "Whoever praises their own shop or workshop advertises: hide it.",
      "Self-promotion by people with a business is to be hidden, friendly as it may sound.",
    ],
    hint: "The writer promotes his own shop, and that is hidden here.",
  },
  {
    id: "second-hand",
    module,
    when: [/\b(?:second[- ]hand|used|private (?:sales?|sellers?)|privately|old (?:bikes?|parts?|things))\b/],
    action: allowed,
    statements: [
      "Members may sell second-hand things: such offers are allowed.",
      "An offer of a used bike or part from one member to another stays.",
      "Private sales are permitted and are no advert.",
    ],
    hint: "Selling a used part privately is allowed in this club.",
  },
  {
    id: "swearing",
    module,
    when: [/\b(?:swear\w*|curs(?:e|es|ing)|profanity|strong language|bad language|damn)\b/],
    action: allowed,
    statements: [
      "Swearing at things or at the weather is allowed.",
      "A curse that is aimed at no person stays.",
      "Strong language about a broken part or a climb is fine; only insults of people are abuse.",
    ],
    hint: "Swearing at a thing and at nobody is allowed.",
  },
  {
    id: "quoted-insult",
    module,
    when: [/\b(?:quot\w*|report(?:s|ed|ing)?|repeat\w*|target\w*)\b/, /\b(?:insult\w*|abus\w*)\b/],
    action: allowed,
    statements: [
      "An insult that is only quoted by the one it hit is allowed.",
      "Comments that report an insult by quoting it stay.",
      "Keep what quotes somebody else's insult in order to complain of it.",
    ],
    hint: "The insult is quoted by its victim, so the comment is allowed.",
  },
  {
    id: "private-details",
    module,
    when: [
      /\b(?:address\w*|phone|where (?:some\w*|people|a person|others) lives?|private (?:details?|data)|personal (?:details?|data|information))\b/,
    ],
    action: escalated,
    statements: [
      "Comments that give away someone's address or phone number are escalated as privacy.",
      "Escalate whatever tells where somebody lives.",
      "Private details of other people have to be escalated, never merely hidden.",
    ],
    hint: "The comment gives an address away, which has to be escalated.",
  },
  {
    id: "race-result",
    module,
    when: [/\b(?:races?|winners?|won)\b/, /\b(?:results?|winners?|won|outcomes?)\b/],
    action: hidden,
    statements: [
      "Comments that tell the result of a race are hidden as spoiler.",
      "Hide comments that say who won a race: many members watch it later.",
      "Race outcomes spoil the evening for others and are taken down.",
    ],
    hint: "Telling who won the race is a spoiler, and spoilers are hidden.",
  },
  {
    id: "medical-advice",
    module,
    when: [/\b(?:medic(?:al|ation|ines?)|tablets?|pills?|doses?|dosage|drugs?|painkillers?|health advice)\b/],
    action: escalated,
    statements: [
      "Advice to take medicine in some dose is escalated as danger.",
      "Escalate comments that recommend tablets to others.",
      "Medical advice goes to a human: it can do harm, so escalate it.",
    ],
    hint: "Advice on how many tablets to take has to be escalated.",
  },
  {
    id: "complaint-about-us",
    module,
    when: [
      /\b(?:complain\w*|criticism|criticis\w*|criticiz\w*|grievances?|unhappy)\b/,
      /\b(?:moderators?|moderation|team)\b/,
    ],
    action: /\bescalat\w*|\bhuman\b/,
    statements: [
      "Complaints about the moderators are escalated as appeal.",
      "When somebody criticises the moderation, escalate the comment.",
      "Whoever complains of a moderator has a right to a human answer: category appeal.",
    ],
    hint: "A complaint about moderators is an appeal and is escalated.",
  },
  {
    id: "capitals",
    module,
    decoy: true,
    when: [/\b(?:capitals?|capital letters|all[- ]caps|upper[- ]?case|shout\w*)\b/],
    action: hidden,
    statements: [
      "Comments with words in capital letters are hidden.",
      "Hide whatever is written in all caps.",
      "Shouting in upper case is to be removed as abuse.",
    ],
    hint: "Capital letters are hidden.",
  },
  {
    id: "newcomer",
    module,
    decoy: true,
    when: [/\b(?:newcomers?|new (?:members?|users?|writers?)|first (?:posts?|comments?)|new to the forum)\b/],
    action: escalated,
    statements: [
      "First posts of new members are escalated.",
      "Escalate everything that newcomers write.",
      "When somebody is new to the forum, a human has to look: escalate.",
    ],
    hint: "The first post of a newcomer is escalated.",
  },
];
