import type { Rule } from "../world.ts";

const module = "act";

/**
 * The household's rules, the commonest first, and two that only sound right. Each is worded tersely, plainly and at
 * length: a small model pays for every word.
 */
export const voiceRules: readonly Rule[] = [
  {
    id: "remind",
    module,
    when: [/\bremind\w*/],
    action: /\blists?\b/,
    statements: [
      "Remind: list.",
      "Whatever somebody wants to be reminded of goes on the list.",
      "Whenever one of us asks to be reminded of something, no matter on which day or at what time of the day, it should please be put on the list and nowhere else.",
    ],
    hint: "Things to be reminded of are kept on the list in this house.",
  },
  {
    id: "night",
    module,
    when: [/\b(?:good night|bed ?time|going to bed|goes to bed|sleep)\b/],
    action: /\blights?\b/,
    statements: [
      "Good night: lights.",
      "Somebody who says good night wants the lights to change.",
      "When somebody in the house says good night to the speaker or tells it of going to bed, that is a wish about the lights, even if nobody mentions a lamp at all.",
    ],
    hint: "Saying good night is a wish about the lights here.",
  },
  {
    id: "turn-it",
    module,
    when: [/\bturn(?:ed|ing)? (?:it|something|things) (?:up|down)\b|\bturn it\b|\b(?:up|down) without\b/],
    action: /\bheat\w*|\bradiators?\b/,
    statements: [
      "Turn it up or down: heating.",
      "With turn it up they mean the heating.",
      "If a person asks to turn it up or to turn it down and leaves open what is meant, then it is always the heating that has to be changed and not what is playing.",
    ],
    hint: "To turn it up means the heating in this household.",
  },
  {
    id: "wake",
    module,
    when: [/\b(?:wak(?:e|es|ing|en|ened)|woken)\b/],
    action: /\btimers?\b/,
    statements: [
      "Wake in minutes: timer.",
      "Being woken after some minutes takes a timer.",
      "Whenever somebody would like to be woken and gives a number of minutes and no time of the day, a timer has to be started, because an alarm is only meant for the mornings.",
    ],
    hint: "To wake somebody after a few minutes one needs a timer.",
  },
  {
    id: "tell",
    module,
    when: [/\b(?:tell(?:s|ing)?|told)\b|\blet (?:\w+ )?know\b/],
    action: /\bmessag\w*|\btext (?:message|them|him|her)\b/,
    statements: [
      "Tell someone: message.",
      "When something is to be told to a person, write a message.",
      "If one of us asks the speaker to tell something to another person then this other person should be sent a message in writing, since nobody here likes to be rung up for it.",
    ],
    hint: "To tell somebody something means a message.",
  },
  {
    id: "pencil",
    module,
    when: [/\bpencil\w*|\bappointments?\b/],
    action: /\bcalendars?\b|\bdiar(?:y|ies)\b/,
    statements: [
      "Pencil in: calendar.",
      "What is to be pencilled in belongs in the calendar.",
      "As soon as somebody asks to pencil in a person, a meeting or anything of that kind, the entry has to be made in the calendar that the whole family shares, without exception.",
    ],
    hint: "To pencil in is for the calendar.",
  },
  {
    id: "order",
    module,
    when: [/\b(?:order(?:s|ed|ing)?|purchas\w*|buy(?:s|ing)?)\b/],
    action: /\bconfirm\w*|\bask(?:s|ed|ing)? (?:back|first|again)\b/,
    statements: [
      "Orders: confirm.",
      "Before an order is placed, ask back.",
      "Whenever the command would order something and so cost money, the speaker has to make sure that this is really meant, that is, it has to confirm with the person who spoke.",
    ],
    hint: "For orders you have to confirm first.",
  },
  {
    id: "blinds",
    module,
    when: [/\bblinds?\b|\bshutters?\b/],
    action: /\blights?\b/,
    statements: [
      "Blinds: lights.",
      "The blinds are run by the lights.",
      "All commands about the blinds, whether they should be opened or closed and in whichever room, belong to the lights, because the installer put both of them on one switch.",
    ],
    hint: "The blinds hang on the lights here.",
  },
  {
    id: "door",
    module,
    when: [/\bdoor\w*/],
    action: /\bcall\w*|\bintercom\b/,
    statements: [
      "Door: call.",
      "Questions about the door are answered by a call.",
      "If somebody wonders who may be standing at the door, then the speaker should open a call to the little box outside, so that one can speak with whoever is waiting there.",
    ],
    hint: "For the door there has to be a call.",
  },
  {
    id: "umbrella",
    module,
    when: [/\bumbrellas?\b|\brain\w*\b/],
    action: /\bweather\b|\bforecasts?\b/,
    statements: [
      "Umbrella: weather.",
      "An umbrella is a matter of the weather.",
      "A question about an umbrella is in truth a question about what the sky will do on that day, and hence it should be answered by looking up the weather and in no other way.",
    ],
    hint: "Umbrella questions are about the weather.",
  },
  {
    id: "news",
    module,
    when: [/\bnews\b|\bheadlines?\b/],
    action: /\bplay(?:s|ed|ing)?\b|\bradio\b/,
    statements: [
      "News: play.",
      "The news is something to play.",
      "Whoever asks for the news, be it of a town, of a person or of the world in general, wants to listen to it, so that the right thing to do is to play the latest broadcast.",
    ],
    hint: "The news is there to play.",
  },
  {
    id: "whisper",
    module,
    decoy: true,
    when: [/\bwhisper\w*|\bquiet(?:ly)?\b/],
    action: /\bconfirm\w*|\bask(?:s|ed|ing)? (?:back|first|again)\b/,
    statements: [
      "Whispering: confirm.",
      "Whoever whispers should be asked back.",
      "If the person whispers then it is better to confirm the command, since the microphone may have misheard it and nobody would like to be surprised at such an hour.",
    ],
    hint: "Whispered commands you should confirm.",
  },
  {
    id: "kids",
    module,
    decoy: true,
    when: [/\bkids\b|\bchildren\b|\bchild\b/],
    action: /\bnone\b|\bnothing\b|\bignor\w*/,
    statements: [
      "Kids around: none.",
      "With the kids in the room do nothing.",
      "As long as the children are mentioned as being anywhere near the speaker, it is safer to ignore the command altogether, because they like to play tricks on it.",
    ],
    hint: "With the kids around the answer is none.",
  },
];

/** Rules that cost a small model more attention than they give: each decides about one command in a hundred and fifty. */
export const rare: readonly string[] = ["blinds", "door", "umbrella", "news"];
