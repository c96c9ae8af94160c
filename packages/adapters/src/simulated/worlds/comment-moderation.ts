import type { Rng } from "@cultivar/core";
import { bestProgram } from "../house-rules.ts";
import type { Applies, ModuleSpec, Output, World, WorldRow } from "../world.ts";
import { commentRules } from "./comment-rules.ts";
import * as texts from "./comment-texts.ts";
import { distinct, fill } from "./texts.ts";

const actions = ["allow", "hide", "escalate"] as const;
type Action = (typeof actions)[number];
const categories = ["none", "abuse", "advert", "privacy", "spoiler", "danger", "appeal"] as const;
type Category = (typeof categories)[number];
type Verdict = readonly [action: Action, category: Category];

const modules: readonly ModuleSpec[] = [
  {
    name: "moderate",
    instructions: "Moderate the post in the forum of a cycling club.",
    inputs: [{ name: "post", description: "what a member wrote", type: "string" }],
    outputs: [
      { name: "action", description: "what happens to the comment", type: "string", choices: actions },
      { name: "category", description: "what is wrong with it, or none", type: "string", choices: categories },
    ],
  },
];

/** What the club wants; the student's own ideas are in `reads` below. */
const wanted: Readonly<Record<texts.Topic, Verdict>> = {
  chat: ["allow", "none"],
  question: ["allow", "none"],
  insult: ["hide", "abuse"],
  spam: ["hide", "advert"],
  threat: ["escalate", "danger"],
  shop: ["hide", "advert"],
  secondHand: ["allow", "none"],
  swearing: ["allow", "none"],
  quote: ["allow", "none"],
  address: ["escalate", "privacy"],
  result: ["hide", "spoiler"],
  medicine: ["escalate", "danger"],
  moderators: ["escalate", "appeal"],
};
const plainPool = (
  ["chat", "chat", "chat", "question", "question", "insult", "insult", "spam", "threat"] as const
).slice();
/** How often each house rule decides, in forty-firsts of the ruled rows. */
const ruledTopics: readonly (readonly [topic: texts.Topic, weight: number])[] = [
  ["shop", 8],
  ["swearing", 7],
  ["result", 6],
  ["secondHand", 5],
  ["quote", 5],
  ["address", 4],
  ["medicine", 3],
  ["moderators", 3],
];
const ruledPool = ruledTopics.flatMap(([topic, weight]) => Array.from({ length: weight }, () => topic));

/** Share of rows that a house rule decides; chosen for a baseline near a half. */
const ruledShare = 0.5;

function comment(draw: Rng): WorldRow {
  const topic = draw.next() < ruledShare ? draw.pick(ruledPool) : draw.pick(plainPool);
  const say = (pieces: readonly string[]): string => fill(draw.pick(pieces), texts.slots, draw);
  const matter = say(texts.topics[topic]);
  const around = draw.sample(texts.context, draw.int(3)).map((piece) => fill(piece, texts.slots, draw));
  const body = draw.shuffle([/[?!]$/.test(matter) ? matter : `${matter}.`, ...around]);
  const [action, category] = wanted[topic];
  return {
    input: { post: [say(texts.openings), ...body, say(texts.closings)].join(" ") },
    expected: { action, category },
    tags: [topic],
  };
}

/** What the student takes a comment to be: the first pattern that fits, its own verdict, and the club's. */
const reads: readonly (readonly [pattern: RegExp, habit: Verdict, rule?: string, ruled?: Verdict])[] = [
  [/\bi will hurt|and hurt you/, ["escalate", "danger"]],
  [/click the link/, ["hide", "advert"]],
  [/"[^"]*(?:idiot|moron)[^"]*"/, ["hide", "abuse"], "quoted-insult", ["allow", "none"]],
  [/\bidiot|\bmoron/, ["hide", "abuse"]],
  [/\bmoderators?\b/, ["hide", "abuse"], "complaint-about-us", ["escalate", "appeal"]],
  [/\bdamn\b|\bbloody\b/, ["hide", "abuse"], "swearing", ["allow", "none"]],
  [/\bselling\b|\bfor sale\b/, ["hide", "advert"], "second-hand", ["allow", "none"]],
  [
    /\bmy (?:\w+ )?(?:workshop|shop)\b|\bbike studio\b|\bcustomers of mine\b/,
    ["allow", "none"],
    "own-business",
    ["hide", "advert"],
  ],
  [/\blives at\b|\bphone number\b/, ["allow", "none"], "private-details", ["escalate", "privacy"]],
  [/\b(?:won|lost)\b/, ["allow", "none"], "race-result", ["hide", "spoiler"]],
  [/\btablets\b|\bmilligrams\b/, ["allow", "none"], "medical-advice", ["escalate", "danger"]],
];

function answer(_module: string, input: Readonly<Record<string, string>>, applies: Applies): Output {
  const original = input["post"] ?? "";
  const text = original.toLowerCase();
  const [, habit, rule, ruled] = reads.find(([pattern]) => pattern.test(text)) ?? [/./, ["allow", "none"] as Verdict];
  let [action, category] = rule !== undefined && ruled !== undefined && applies(rule) ? ruled : habit;
  if (/\b[A-Z]{4,} [A-Z]{3,}/.test(original) && applies("capitals")) [action, category] = ["hide", "abuse"];
  if (/my first post|new to the forum/.test(text) && applies("newcomer")) action = "escalate";
  return { action, category };
}

/** A forum's moderation: rules about meaning, learned from verdicts alone, since the metric gives a number and no word. */
export const commentModeration: World = {
  name: "comment-moderation",
  description:
    "A club moderates its forum by house rules that are about what a comment means, not how it looks. Half of them go against common sense. Hard: only scores come back, and a worked example shows a verdict and not its ground, so demos teach slowly.",
  program: { name: "moderateComment", modules },
  rules: commentRules,
  feedback: "scores",
  // one example of a verdict leaves its ground open: about a third see it at once, most after four
  learns: [0.3, 0.5, 0.65, 0.75],
  examples: (size, seed) => distinct(size, seed, "comment-moderation", comment, (row) => row.input["post"]!),
  answer,
  solve: (input, applies) => answer("moderate", input, applies),
  mistake: (_module, output, draw) => ({
    ...output,
    action: draw.pick(actions.filter((action) => action !== output["action"])),
  }),
  // the action counts for seven tenths, the category for the rest
  compare: (expected, output) => {
    const wrong = ["action", "category"].filter((field) => expected[field] !== output[field]);
    return { score: (wrong.includes("action") ? 0 : 0.7) + (wrong.includes("category") ? 0 : 0.3), wrong };
  },
  // over 20,000 rows (seeds 11 to 15), exact in the draws: answers without any rule, and with each rule at its adherence
  baseline: { score: 0.5028 },
  optimum: { instructions: bestProgram(modules, commentRules), score: 0.9926 },
};
