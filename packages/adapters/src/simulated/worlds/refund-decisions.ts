import type { Rng } from "@cultivar/core";
import { bestProgram } from "../house-rules.ts";
import type { Applies, ModuleSpec, Output, World, WorldRow } from "../world.ts";
import { refundRules } from "./refund-rules.ts";
import * as texts from "./refund-texts.ts";
import { distinct, fill } from "./texts.ts";

const decisions = ["refund", "replace", "part", "credit", "refuse"] as const;
type Decision = (typeof decisions)[number];

const modules: readonly ModuleSpec[] = [
  {
    name: "decide",
    instructions: "Decide what the shop does about the customer's request, and whether the reply apologises.",
    inputs: [{ name: "request", description: "the customer's letter", type: "string" }],
    outputs: [
      { name: "decision", description: "what the customer gets", type: "string", choices: decisions },
      { name: "apology", description: "whether the reply says sorry", type: "boolean" },
    ],
  },
];

/** What the shop wants, by topic; it apologises for all but what it refuses. */
const wanted: Readonly<Record<texts.Topic, Decision>> = {
  broken: "refund",
  wrongItem: "replace",
  lost: "refund",
  late: "credit",
  colour: "credit",
  priceDrop: "credit",
  missingPart: "part",
  size: "replace",
  wear: "replace",
  gift: "replace",
  set: "part",
  usedUp: "refuse",
  tooOld: "refuse",
  engraved: "refuse",
};
const plainTopics = ["broken", "wrongItem", "lost"] as const;
const guardedTopics = ["usedUp", "tooOld", "engraved"] as const;
/** How often each fine rule decides, in forty-thirds of the ruled rows. */
const ruledTopics: readonly (readonly [topic: texts.Topic, weight: number])[] = [
  ["late", 7],
  ["size", 6],
  ["missingPart", 6],
  ["wear", 6],
  ["colour", 5],
  ["gift", 5],
  ["priceDrop", 4],
  ["set", 4],
];
const ruledPool = ruledTopics.flatMap(([topic, weight]) => Array.from({ length: weight }, () => topic));

/**
 * Shares of all rows, and how many of each kind sound unhappy. The generous rule gains a fifth of a point on four rows in
 * ten and loses a whole one on one in eight: most handfuls of rows show the gain alone, the mean shows a loss.
 */
const shares = { ruled: 0.47, guarded: 0.135 };
const unhappy = { ruled: 0.85, guarded: 0.92, plain: 0.6 };

function request(draw: Rng): WorldRow {
  const kind = draw.next();
  const isRuled = kind < shares.ruled;
  const isGuarded = !isRuled && kind < shares.ruled + shares.guarded;
  const topic = isRuled ? draw.pick(ruledPool) : draw.pick(isGuarded ? guardedTopics : plainTopics);
  const say = (pieces: readonly string[]): string => fill(draw.pick(pieces), texts.slots, draw);
  const tone = draw.next() < (isRuled ? unhappy.ruled : isGuarded ? unhappy.guarded : unhappy.plain);
  const around = draw.shuffle([
    ...(tone ? [say(texts.unhappy)] : []),
    ...draw.sample(texts.context, 1 + draw.int(2)).map((piece) => fill(piece, texts.slots, draw)),
  ]);
  return {
    input: { request: [say(texts.openings), `${say(texts.topics[topic])}.`, ...around, say(texts.closings)].join(" ") },
    expected: { decision: wanted[topic], apology: !isGuarded },
    tags: [topic],
  };
}

/** What the student takes a request to be about. It is strict: what is not plainly the shop's fault it refuses. */
const plainReads: readonly (readonly [pattern: RegExp, decision: Decision])[] = [
  [/\bwrong article\b|\bsomebody else's\b/, "replace"],
  [/\bsmashed\b|\bcrack\b|\bin pieces\b/, "refund"],
  [/\blost\b/, "refund"],
];
const ruledReads: readonly (readonly [pattern: RegExp, rule: string, decision: Decision])[] = [
  [/\bdays (?:late|later|after)\b/, "late", "credit"],
  [/\bsingle piece\b|\bone of the \d+ pieces\b/, "set", "part"],
  [/\bmissing\b/, "missing-part", "part"],
  [/\bcolour\b/, "colour", "credit"],
  [/\bprice\b|\bcheaper\b/, "price-drop", "credit"],
  [/\bsize\b/, "size", "replace"],
  [/\bafter \d+ weeks\b|\b\d+ weeks after\b/, "early-wear", "replace"],
  [/\bgift\b/, "gift", "replace"],
];

function answer(_module: string, input: Readonly<Record<string, string>>, applies: Applies): Output {
  const text = (input["request"] ?? "").toLowerCase();
  const plain = plainReads.find(([pattern]) => pattern.test(text))?.[1];
  const ruled = plain === undefined ? ruledReads.find(([pattern]) => pattern.test(text)) : undefined;
  let decision: Decision = plain ?? "refuse";
  // generous in doubt only: what a fine rule settles stays settled
  if (plain === undefined && /disappoint|frustrat|unhappy/.test(text) && applies("generous")) decision = "refund";
  if (ruled !== undefined && applies(ruled[1])) decision = ruled[2];
  if (/\bclub\b/.test(text) && applies("club")) decision = "credit";
  return { decision, apology: decision !== "refuse" };
}

/** Refunds: a generous rule wins on most handfuls of rows and loses on the whole; the cure is several finer ones. */
export const refundDecisions: World = {
  name: "refund-decisions",
  description:
    "A shop decides on refunds by fine rules. Nearly every wrong answer was a refusal to somebody unhappy, so that one generous rule looks like the cure: it earns a little on the common rows and loses everything on rarer ones that were rightly refused. Hard: it wins on most small batches and loses on the whole; corrections suggest it too.",
  program: { name: "decideRefund", modules },
  rules: refundRules,
  feedback: "rich",
  learns: [0.75, 0.9, 0.96],
  examples: (size, seed) => distinct(size, seed, "refund-decisions", request, (row) => row.input["request"]!),
  answer,
  solve: (input, applies) => answer("decide", input, applies),
  mistake: (_module, output, draw) => ({
    ...output,
    decision: draw.pick(decisions.filter((decision) => decision !== output["decision"])),
  }),
  // the decision counts for four fifths, the tone for the rest
  compare: (expected, output) => {
    const wrong = ["decision", "apology"].filter((field) => expected[field] !== output[field]);
    return { score: (wrong.includes("decision") ? 0 : 0.8) + (wrong.includes("apology") ? 0 : 0.2), wrong };
  },
  // over 20,000 rows (seeds 11 to 15), exact in the draws: answers without any rule, and with each rule at its adherence
  baseline: { score: 0.5267 },
  optimum: { instructions: bestProgram(modules, refundRules), score: 0.993 },
};
