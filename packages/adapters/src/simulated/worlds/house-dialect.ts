import type { Rng } from "@cultivar/core";
import { bestProgram } from "../house-rules.ts";
import type { Applies, ModuleSpec, Output, World, WorldRow } from "../world.ts";
import { dialectRules } from "./dialect-rules.ts";
import { distinct } from "./texts.ts";

const modules: readonly ModuleSpec[] = [
  {
    name: "log",
    instructions: "Enter the report into the depot's log.",
    inputs: [{ name: "report", description: "what was reported by radio", type: "string" }],
    outputs: [
      { name: "incident", description: "what happened, in the log's word for it", type: "string" },
      { name: "place", description: "where it happened", type: "string" },
      { name: "hour", description: "when it happened", type: "string" },
      { name: "rank", description: "how it ranks", type: "string" },
    ],
  },
];

interface Incident {
  /** The rule that knows the log's word; without one the plain word is the log's. */
  readonly rule?: string;
  /** In reports. */
  readonly says: readonly string[];
  /** What anyone would write, and what the log says. */
  readonly plain: string;
  readonly house: string;
  /** The commonest is fourteen times as frequent as the rarest: rare words need many rows to be seen at all. */
  readonly weight: number;
}

const incidents: readonly Incident[] = [
  {
    rule: "signal",
    says: ["the signal is out", "the signal shows nothing"],
    plain: "signal failure",
    house: "dark lamp",
    weight: 14,
  },
  {
    rule: "rail",
    says: ["the rail is broken", "there is a crack in the rail"],
    plain: "broken rail",
    house: "split",
    weight: 9,
  },
  {
    rule: "door",
    says: ["a door is jammed", "a door does not close"],
    plain: "jammed door",
    house: "stiff leaf",
    weight: 7,
  },
  {
    rule: "person",
    says: ["somebody is walking on the track", "a person is on the track"],
    plain: "person on track",
    house: "walker",
    weight: 5,
  },
  {
    rule: "animal",
    says: ["a cow is on the track", "there are sheep on the track"],
    plain: "animal on track",
    house: "grazer",
    weight: 3,
  },
  {
    rule: "water",
    says: ["the track is under water", "the track is flooded"],
    plain: "flooded track",
    house: "wet bed",
    weight: 2,
  },
  {
    rule: "snow",
    says: ["the track is snowed under", "there is deep snow on the track"],
    plain: "snow on track",
    house: "white bed",
    weight: 1,
  },
  { says: ["a wheel is hot", "a wheel smokes"], plain: "hot wheel", house: "hot wheel", weight: 8 },
  { says: ["the heating has failed", "there is no heating"], plain: "no heating", house: "no heating", weight: 6 },
  {
    says: ["a tree lies across the line", "a tree has come down"],
    plain: "fallen tree",
    house: "fallen tree",
    weight: 5,
  },
];
const pool = incidents.flatMap((one) => Array.from({ length: one.weight }, () => one));

const openings = ["Depot from", "Control, this is", "Come in depot, this is", "Message from", "Hello depot,"];
const callers = ["train", "unit", "set", "shunter", "patrol"];
const passing = [
  "Nobody is hurt.",
  "We wait for orders.",
  "The crew is fine.",
  "It was seen from the cab.",
  "Visibility is good.",
  "Please confirm.",
  "The next stop knows.",
];

/** Shares of places, and of reports whose train carries passengers. */
const shares = { platform: 0.4, kilometre: 0.25, passengers: 0.35 };

function place(draw: Rng): string {
  const where = draw.next();
  if (where < shares.platform) return `at platform ${1 + draw.int(14)}`;
  if (where < shares.platform + shares.kilometre) return `at kilometre ${1 + draw.int(80)}.${1 + draw.int(9)}`;
  return `at ${draw.pick(["the north yard", "the wash", "the old shed", "the fuel stand", "the south yard", "the turntable"])}`;
}

function row(draw: Rng): WorldRow {
  const incident = draw.pick(pool);
  const hour = `${String(draw.int(24)).padStart(2, "0")}:${String(draw.int(60)).padStart(2, "0")}`;
  const aboard = draw.next() < shares.passengers;
  const extra = draw.sample(passing, 1 + draw.int(2));
  const rest = draw.shuffle([...(aboard ? ["Passengers are aboard."] : []), ...extra]);
  const news = `${draw.pick(incident.says)} ${place(draw)} since ${hour}.`;
  const text = `${draw.pick(openings)} ${draw.pick(callers)} ${100 + draw.int(900)}: ${news} ${rest.join(" ")}`;
  return { input: { report: text }, expected: answer("log", { report: text }, () => true) };
}

/** The wording of a report in any case; the student reads it right and writes it in its own words, or in the log's. */
function incidentOf(text: string, applies: Applies): string {
  const found = incidents.find(({ says }) => says.some((words) => text.includes(words)));
  if (found === undefined) return "unknown";
  return found.rule !== undefined && applies(found.rule) ? found.house : found.plain;
}

function placeOf(text: string, applies: Applies): string {
  const platform = /platform (\d+)/.exec(text)?.[1];
  if (platform !== undefined) return applies("short-platform") ? `P${platform}` : `platform ${platform}`;
  const [, whole, tenths] = /kilometre (\d+)\.(\d)/.exec(text) ?? [];
  if (whole !== undefined) return applies("plus-metres") ? `k${whole}+${tenths!}00` : `kilometre ${whole}.${tenths!}`;
  return /at the ([\w ]+?) since/.exec(text)?.[1] ?? "unknown";
}

function answer(_module: string, input: Readonly<Record<string, string>>, applies: Applies): Output {
  const text = input["report"] ?? "";
  const hour = /since (\d\d:\d\d)/.exec(text)?.[1] ?? "unknown";
  const aboard = text.includes("Passengers are aboard");
  return {
    incident: incidentOf(text, applies),
    place: placeOf(text, applies),
    hour: hour.includes(":") && applies("bare-hour") ? hour.replace(":", "") : hour,
    rank: aboard ? (applies("letter-rank") ? "A" : "high") : "normal",
  };
}

const fields = modules[0]!.outputs.map((field) => field.name);

/** How far training can bring the student, and after how many rows of a rule about a third of that is missing. */
const practice = { most: 0.98, rows: 20 };
const trains = Array.from({ length: 120 }, (_, i) => practice.most * (1 - Math.exp(-(i + 1) / practice.rows)));

/** Measured over 20,000 rows (ten seeds of 2,000): 0.3293, standard error 0.0015. */
const baseline = { score: 0.3293 };

/**
 * A dialect that no prompt can teach: the student keeps to its own words until it has practised. The optimum of all
 * prompts is therefore the baseline. `trained` is the expected score of a student trained on 300 right rows
 * (`simulated({ world, trained })`), whatever its prompt: the mean over ten sets of rows, 2,000 test rows each. What a
 * simulation can't tell: how much a given model forgets of everything else while it is trained, which settings of a
 * training job matter, and that in truth a long prompt nearly always helps a little.
 */
export const houseDialect: World & { readonly trained: { readonly rows: number; readonly score: number } } = {
  name: "house-dialect",
  description:
    "A rail depot keeps its log in words of its own, some of them rare. Hard: nothing that a prompt says or shows changes the student's habits; it improves only by training rows, and each rule must have been practised.",
  program: { name: "keepLog", modules },
  rules: dialectRules,
  feedback: "rich",
  learns: [],
  isNull: true,
  trains,
  examples: (size, seed) => distinct(size, seed, "house-dialect", row, (one) => one.input["report"]!),
  answer,
  solve: (input, applies) => answer("log", input, applies),
  mistake: (_module, output, draw) => ({ ...output, [draw.pick(fields)]: "unknown" }),
  // the share of right fields
  compare: (expected, output) => {
    const wrong = fields.filter((field) => String(output[field] ?? "").trim() !== expected[field]);
    return { score: 1 - wrong.length / fields.length, wrong };
  },
  baseline,
  optimum: { instructions: bestProgram(modules, dialectRules), score: baseline.score },
  trained: { rows: 300, score: 0.952 },
};
