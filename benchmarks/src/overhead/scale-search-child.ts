import type { LanguageModel, Request, Study } from "@cultivar/core";
import { compile, evaluate, rng, textOf } from "@cultivar/core";
import type { Move, Validation } from "@cultivar/optimizers";
import { gepa, published, tuned } from "@cultivar/optimizers";
import { cpuMs, named, program, run, scorer } from "./scale-world.ts";

// Arguments: published or tuned; tie, cont or rise; val rows; proposals; CPU seconds at most. The reflection model gives a
// text that no other is like at each call; a step is what lies between two of its calls. With one proposal in flight the
// CPU between an ask and its answer is evaluation (running rows through core, scoring and journaling them); the rest of a
// step is the search: choices, hygiene, admission, commits, the incumbent, the pool.
const [which, kind, valRows, wanted, capSeconds] = process.argv.slice(2);
const rows = Number(valRows);
const proposals = Number(wanted);

let ran = 0;
const judge = scorer(kind!, proposals);
const score: typeof judge = (args) => {
  ran += 1;
  return judge(args);
};
let asksMs = 0;
const timed =
  <Asked, Found>(ask: (asked: Asked) => Promise<Found>) =>
  async (asked: Asked): Promise<Found> => {
    const began = cpuMs();
    const found = await ask(asked);
    asksMs += cpuMs() - began;
    return found;
  };
const timing = (inner: Validation): Validation => ({
  ...inner,
  judge: (contest) => inner.judge({ ...contest, ask: timed(contest.ask), askParent: timed(contest.askParent) }),
});
// moves that score members on val are evaluation too
const timingMove = (inner: Move): Move => ({
  ...inner,
  propose: (desk) => {
    const ask: Study["evaluate"] = (asked) => desk.study.evaluate(asked);
    const askTimed: Study["evaluate"] = (asked) => (asked.split === "val" ? timed(ask) : ask)(asked);
    return inner.propose({ ...desk, study: { ...desk.study, evaluate: askTimed } });
  },
});
const options = which === "published" ? published : tuned;

const calls: { readonly ms: number; readonly asksMs: number; readonly ran: number }[] = [];
const letters = Array.from("abcdefghijklmnopqrstuvwxyz");
const reflect: LanguageModel = {
  provider: "scripted",
  modelId: "reflection",
  price: { inputUsd: 0, outputUsd: 0, asOf: "2026-01-01" },
  capabilities: { structuredOutput: false, tools: false, sampling: [], maxOutputTokens: 100 },
  generate: ({ messages, sample = 0 }: Request) => {
    calls.push({ ms: cpuMs(), asksMs, ran });
    const number = calls.length;
    // unfinished replies from here on: there is nothing more to try, and the search ends
    const over = number > proposals || cpuMs() > 1000 * Number(capSeconds);
    const random = rng(number, `${messages.map(textOf).join("\n").length} ${sample}`);
    const words = Array.from({ length: 8 }, () => random.sample(letters, 6).join(""));
    const text = over ? "nothing" : `\`\`\`\n${number} ${words.join(" ")}\n\`\`\``;
    return Promise.resolve({ text, usage: { inputTokens: 1, outputTokens: 1 }, finishReason: "stop", warnings: [] });
  },
};

const train = named("train", 100);
const val = named("val", rows);
const { candidates, lineage, remarks } = await compile(program, {
  metric: score,
  data: { train, val },
  optimizer: gepa({ ...options, validation: timing(options.validation), moves: options.moves.map(timingMove) }),
  models: { default: reflect, reflect },
  budget: { evaluations: (proposals + 40) * (rows + 6) },
  fingerprint: "scale",
});
const steps = calls.slice(1, proposals + 1).map((call, i) => {
  const before = calls[i]!;
  const [ms, asks] = [call.ms - before.ms, call.asksMs - before.asksMs];
  return { ms, searchMs: ms - asks, ran: call.ran - before.ran };
});

/** CPU of one row, in milliseconds: over so many passes that it can be told. */
async function perRow(work: (pass: number) => Promise<unknown>): Promise<number> {
  const passes = Math.max(3, Math.ceil(100_000 / rows));
  const began = cpuMs();
  for (let pass = 1; pass <= passes; pass++) await work(pass);
  return (cpuMs() - began) / passes / rows;
}
const bareMs = await perRow(async (pass) => {
  for (const { input } of val) judge({ output: await run({ text: String(pass) }, input) });
});
const evaluateMs = await perRow((pass) =>
  evaluate(program, { data: val, metric: judge, candidate: { text: String(pass) } }),
);
process.stdout.write(
  JSON.stringify({
    steps,
    bareMs,
    evaluateMs,
    complete: candidates.length,
    proposed: lineage.length,
    remarks,
    rssMb: process.resourceUsage().maxRSS / 1024,
  }),
);
