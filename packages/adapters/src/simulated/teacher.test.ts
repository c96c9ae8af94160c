import type { Request } from "@cultivar/core";
import { textMessage } from "@cultivar/core";
import { describe, expect, test } from "vitest";
import { declared, meanScore, run, schemaLayout } from "./fixtures/layouts.ts";
import { simulated } from "./simulated.ts";
import type { World, WorldRow } from "./world.ts";
import { judge } from "./judge.ts";
import { worlds } from "./worlds.ts";
import { stanceOf, windows } from "./wording.ts";

/** What an optimizer knows of one failure. */
interface Failure {
  readonly row: WorldRow;
  readonly output: Readonly<Record<string, unknown>>;
  readonly feedback: string;
}

/** Reflection prompts as different frameworks write them, and how each reads the reply. */
interface Reflection {
  readonly name: string;
  request(world: World, current: string, failures: readonly Failure[]): Request;
  read(text: string): string;
}

const shown = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));
const outputsOf = (world: World, failure: Failure): readonly (readonly [string, unknown])[] =>
  world.program.modules.flatMap((m) => m.outputs.map((f) => [f.name, failure.output[f.name]] as const));

const fenced: Reflection = {
  name: "gepa: fences and headings in one message",
  request: (world, current, failures) => ({
    messages: [
      textMessage(
        "user",
        [
          "I gave an assistant the following instructions to do a task for me:",
          `\`\`\`\n${current}\n\`\`\``,
          "Here are inputs of the task with the assistant's response for each and some feedback on how it could be better:",
          ...failures.map(({ row, ...failure }, i) =>
            [
              `# Example ${i + 1}`,
              "## Inputs",
              ...Object.entries(row.input).map(([name, value]) => `### ${name}\n${value}\n`),
              "## Generated Outputs",
              ...outputsOf(world, { row, ...failure }).map(([name, value]) => `### ${name}\n${shown(value)}\n`),
              `## Feedback\n${failure.feedback}`,
            ].join("\n"),
          ),
          "Your task is to write a new instruction for the assistant. Provide the new instructions within ``` blocks.",
        ].join("\n\n"),
      ),
    ],
  }),
  read: (text) => /```\n?([\s\S]*?)\n?```/.exec(text)?.[1] ?? text,
};

const markers: Reflection = {
  name: "DSPy: field markers",
  request: (_world, current, failures) => ({
    messages: [
      textMessage(
        "system",
        "Your input fields are:\n1. `current_instruction` (str)\n2. `examples_with_feedback` (str)\nYour output fields are:\n1. `improved_instruction` (str)\n\n[[ ## current_instruction ## ]]\n{current_instruction}\n\n[[ ## examples_with_feedback ## ]]\n{examples_with_feedback}\n\n[[ ## improved_instruction ## ]]\n{improved_instruction}\n\n[[ ## completed ## ]]\nYour objective is:\n        Improve the instruction by the feedback.",
      ),
      textMessage(
        "user",
        `[[ ## current_instruction ## ]]\n${current}\n\n[[ ## examples_with_feedback ## ]]\n${failures
          .map(
            (f) =>
              `${Object.entries(f.row.input)
                .map(([k, v]) => `${k}: ${v}`)
                .join("\n")}\nFeedback: ${f.feedback}`,
          )
          .join(
            "\n\n",
          )}\n\nRespond with the corresponding output fields, starting with the field \`[[ ## improved_instruction ## ]]\`, and then ending with the marker for \`[[ ## completed ## ]]\`.`,
      ),
    ],
  }),
  read: (text) => /\[\[ ## improved_instruction ## \]\]\n([\s\S]*?)\n+\[\[ ## completed/.exec(text)?.[1] ?? "",
};

const schema: Reflection = {
  name: "a JSON schema",
  request: (_world, current, failures) => ({
    messages: [
      textMessage("system", "You improve prompts. Reply as JSON."),
      textMessage(
        "user",
        `Current instructions:\n<instructions>\n${current}\n</instructions>\n\n${JSON.stringify(failures.map((f) => ({ ...f.row.input, feedback: f.feedback })))}`,
      ),
    ],
    output: {
      name: "proposal",
      schema: { type: "object", properties: { why: { type: "string" }, instructions: { type: "string" } } },
    },
  }),
  read: (text) => (JSON.parse(text) as { instructions: string }).instructions,
};

const tagged: Reflection = {
  name: "TextGrad: tags",
  request: (_world, current, failures) => ({
    messages: [
      textMessage(
        "system",
        "You are part of an optimization system that improves text. You MUST give your response by sending the improved variable between <IMPROVED_VARIABLE> {improved variable} </IMPROVED_VARIABLE> tags.",
      ),
      textMessage(
        "user",
        `Here is the variable you need to improve:\n<VARIABLE> ${current} </VARIABLE>\n\nHere is the feedback we got:\n<FEEDBACK>${failures.map((f) => `ticket: ${f.row.input["ticket"]!}\n\n${f.feedback}`).join("\n\n")}</FEEDBACK>`,
      ),
    ],
  }),
  read: (text) => /<IMPROVED_VARIABLE>\s*([\s\S]*?)\s*<\/IMPROVED_VARIABLE>/.exec(text)?.[1] ?? "",
};

const reflections = [fenced, markers, schema, tagged];

function statedIn(world: World, text: string): readonly string[] {
  const said = windows(text);
  return world.rules.filter((rule) => stanceOf(said, rule) === "stated").map((rule) => rule.id);
}

async function failuresOf(world: World, instructions: string, rows: readonly WorldRow[]): Promise<readonly Failure[]> {
  const lm = simulated({ world, role: "student" });
  const module = world.program.modules[0]!.name;
  const found: Failure[] = [];
  for (const row of rows) {
    const output = await run(
      world,
      lm,
      schemaLayout,
      { instructions: { ...declared(world).instructions, [module]: instructions } },
      row,
    );
    const { score, feedback } = judge(world, row, output);
    if (score < 1) found.push({ row, output, feedback: feedback ?? "" });
  }
  return found;
}

const routing = worlds["ticket-routing"];
const start = routing.program.modules[0]!.instructions;

describe.each(reflections)("$name", (reflection) => {
  test("finds rules in the feedback on five failures, keeps the text and stays imperfect", async () => {
    const failures = await failuresOf(routing, start, routing.examples(200, 5));
    let hinted = 0;
    let taken = 0;
    let alien = 0;
    for (let i = 0; i + 5 <= failures.length; i += 5) {
      const five = failures.slice(i, i + 5);
      const lm = simulated({ world: routing, role: "teacher" });
      const text = reflection.read((await lm.generate(reflection.request(routing, start, five))).text);
      expect(text.startsWith(start)).toBe(true);
      const told = new Set(five.flatMap((failure) => statedIn(routing, failure.feedback)));
      const written = statedIn(routing, text);
      hinted += told.size;
      taken += written.filter((id) => told.has(id)).length;
      alien += written.filter((id) => !told.has(id)).length;
    }
    expect(taken / hinted).toBeGreaterThan(0.75);
    expect(taken / hinted).toBeLessThan(0.97);
    // what nobody told it can only be a wrong guess, and those are few
    expect(alien).toBeGreaterThan(0);
    expect(alien / (failures.length / 5)).toBeLessThan(0.25);
  });

  test("a loop of reflections raises the score", async () => {
    const lm = simulated({ world: routing, role: "teacher" });
    const student = simulated({ world: routing, role: "student" });
    const train = routing.examples(120, 6);
    const held = routing.examples(300, 7);
    let text = start;
    for (let round = 0; round < 5; round++) {
      const failures = (await failuresOf(routing, text, train.slice(24 * round, 24 * round + 24))).slice(0, 5);
      text = reflection.read((await lm.generate(reflection.request(routing, text, failures))).text);
    }
    const score = await meanScore(routing, student, schemaLayout, { instructions: { route: text } }, held);
    expect(score).toBeGreaterThan(routing.baseline.score + 0.2);
  });
});

test("every framework's prompt with the same failures gives the same number of rules", async () => {
  const failures = await failuresOf(routing, start, routing.examples(1500, 8));
  const counts: number[] = [];
  for (const reflection of reflections) {
    let count = 0;
    const lm = simulated({ world: routing, role: "teacher" });
    for (let i = 0; i + 5 <= failures.length; i += 5) {
      const request = reflection.request(routing, start, failures.slice(i, i + 5));
      const told = new Set(failures.slice(i, i + 5).flatMap((failure) => statedIn(routing, failure.feedback)));
      count += statedIn(routing, reflection.read((await lm.generate(request)).text)).filter((id) =>
        told.has(id),
      ).length;
    }
    counts.push(count);
  }
  expect(Math.max(...counts) / Math.min(...counts)).toBeLessThan(1.06);
});

describe("skill", () => {
  test("a better teacher finds more and makes up less", async () => {
    const failures = await failuresOf(routing, start, routing.examples(300, 5));
    const rates = async (teacherSkill: number): Promise<readonly [good: number, bad: number]> => {
      const lm = simulated({ world: routing, role: "teacher", teacherSkill });
      let [good, bad] = [0, 0];
      for (let i = 0; i + 3 <= failures.length; i += 3) {
        const text = schema.read((await lm.generate(schema.request(routing, start, failures.slice(i, i + 3)))).text);
        for (const id of statedIn(routing, text)) {
          if (routing.rules.find((rule) => rule.id === id)!.decoy === true) bad++;
          else good++;
        }
      }
      return [good, bad];
    };
    const [perfect, perfectBad] = await rates(1);
    const [poor, poorBad] = await rates(0.3);
    expect(perfect).toBeGreaterThan(poor * 1.5);
    expect(perfectBad).toBe(0);
    expect(poorBad).toBeGreaterThan(0);
  });

  test("with neither remarks nor data it finds nothing true", async () => {
    for (let sample = 0; sample < 50; sample++) {
      const lm = simulated({ world: routing, role: "teacher" });
      const reply = await lm.generate({ ...schema.request(routing, start, []), sample });
      const ids = statedIn(routing, schema.read(reply.text));
      for (const id of ids) expect(routing.rules.find((rule) => rule.id === id)!.decoy).toBe(true);
    }
  });
});

describe("data without remarks", () => {
  const world = worlds["invoice-extraction"];
  const module = world.program.modules[0]!;
  const rows = world.examples(6, 3);
  const ask = async (data: string, samples = 40): Promise<number> => {
    const lm = simulated({ world, role: "teacher" });
    let count = 0;
    for (let sample = 0; sample < samples; sample++) {
      const text = `Here are examples of a task.\n\n${data}\n\nPropose an instruction for a language model. Write the proposed instruction in a \`\`\` block.`;
      const reply = await lm.generate({ messages: [textMessage("user", text)], sample });
      count += statedIn(world, reply.text).filter(
        (id) => world.rules.find((rule) => rule.id === id)!.decoy !== true,
      ).length;
    }
    return count / samples;
  };
  const fields = (values: Readonly<Record<string, unknown>>): string =>
    Object.entries(values)
      .map(([name, value]) => `${name}: ${shown(value)}`)
      .join("\n");

  test("labelled rows let it induce some rules, more rows more rules", async () => {
    const some = await ask(
      rows
        .slice(0, 2)
        .map((row) => fields({ ...row.input, ...row.expected }))
        .join("\n\n"),
    );
    const more = await ask(rows.map((row) => fields({ ...row.input, ...row.expected })).join("\n\n"));
    expect(some).toBeGreaterThan(0.5);
    expect(more).toBeGreaterThan(some);
    expect(more).toBeLessThan(7.5);
  });

  test("rows as Python dicts are read as well", async () => {
    const dict = (row: WorldRow): string =>
      `Example({${Object.entries({ ...row.input, ...row.expected })
        .map(([k, v]) => `'${k}': '${shown(v).replaceAll("\n", "\\n")}'`)
        .join(", ")}})`;
    expect(await ask(rows.map(dict).join("\n"))).toBeGreaterThan(1);
  });

  test("wrong answers with a low score teach nothing", async () => {
    const wrong = rows.map(
      (row) => `${fields({ ...row.input, ...world.solve(row.input, () => false) })}\n\nThis got a score of 0.4.`,
    );
    expect(await ask(wrong.join("\n\n"))).toBe(0);
    const bare = rows.map(
      (row) => `${fields(row.input)}\n\nGenerated output:\n${fields(row.expected)}\n\nThis got a score of 0.4.`,
    );
    expect(await ask(bare.join("\n\n"))).toBe(0);
  });

  test("inputs alone teach nothing", async () => {
    expect(
      await ask(rows.map((row) => `${module.inputs[0]!.name}: ${Object.values(row.input)[0]!}`).join("\n\n")),
    ).toBe(0);
  });
});

describe("data that look like a layout", () => {
  const trace = `[[ ## ticket ## ]]\nI am locked out.\n\nReply with [[ ## queue ## ]], [[ ## urgent ## ]], then [[ ## completed ## ]].`;
  const asJson = `Reply with one JSON object. Its shape: { "queue": "billing" | "bug", "urgent": boolean }`;
  const hint = routing.rules[1]!.hint;
  const lm = simulated({ world: routing, role: "teacher" });

  test.each([trace, asJson])("do not decide the layout of a text that is asked for in a fence: %s", async (data) => {
    const text = `Instruction:\n\`\`\`\n${start}\n\`\`\`\n\n${data}\nFeedback: ${hint}\n\nWrite a new instruction within \`\`\` blocks.`;
    const reply = await lm.generate({ messages: [textMessage("user", text)] });
    expect(reply.text.startsWith(`\`\`\`\n${start}`)).toBe(true);
    expect(reply.text.endsWith("\n```")).toBe(true);
  });

  test.each([trace, asJson])("do not decide the layout of a text that is asked for in tags: %s", async (data) => {
    const messages = tagged.request(routing, start, []).messages.map((message) => message);
    const reply = await lm.generate({ messages: [...messages, textMessage("user", `${data}\nFeedback: ${hint}`)] });
    expect(tagged.read(reply.text).startsWith(start)).toBe(true);
  });
});

describe("other requests", () => {
  const lm = simulated({ world: routing, role: "teacher", teacherSkill: 1 });
  const [a, b] = routing.rules;

  test("merges two texts", async () => {
    const text = `Merge these two prompts into one.\n\nPrompt A:\n\`\`\`\n${start}\n- ${a!.statements[1]!}\n\`\`\`\n\nPrompt B:\n\`\`\`\n${start}\n- ${b!.statements[2]!}\n\`\`\`\n\nReturn the merged prompt inside triple backticks.`;
    const reply = await lm.generate({ messages: [textMessage("user", text)] });
    expect(statedIn(routing, reply.text)).toEqual([a!.id, b!.id]);
  });

  test("a criticism names what the feedback says", async () => {
    const text = `You give feedback on a variable.\n<LM_OUTPUT>bug</LM_OUTPUT>\nEvaluation: ${a!.hint}\nGive a criticism of the output.`;
    const replies = await Promise.all(
      [0, 1, 2, 3, 4].map((sample) => lm.generate({ messages: [textMessage("user", text)], sample })),
    );
    const named = replies.flatMap((reply) => statedIn(routing, reply.text));
    expect(new Set(named)).toEqual(new Set([a!.id]));
    expect(named.length).toBeGreaterThanOrEqual(4);
  });

  test("judges by the expected answer, else by the rules that the prompt states", async () => {
    const row = routing.examples(200, 3).find(({ tags }) => tags?.[0] === "lockout")!;
    const verdict = async (text: string): Promise<unknown> => {
      const output = {
        name: "verdict",
        schema: {
          type: "object",
          properties: { reasoning: { type: "string" }, pass: { type: "boolean" }, score: { type: "number" } },
        },
      };
      return JSON.parse((await lm.generate({ messages: [textMessage("user", text)], output })).text);
    };
    const asked = `Judge the output.\nticket: ${row.input["ticket"]!}\nqueue: `;
    const right = String(row.expected["queue"]);
    expect(await verdict(`${asked}${right}\nExpected:\nqueue: ${right}`)).toMatchObject({ pass: true, score: 1 });
    expect(await verdict(`${asked}account\nExpected:\nqueue: ${right}`)).toMatchObject({ pass: false, score: 0 });
    const rubric = routing.optimum.instructions["route"]!;
    expect(await verdict(`${rubric}\n\n${asked}${right}`)).toMatchObject({ pass: true });
    expect(await verdict(`${rubric}\n\n${asked}account`)).toMatchObject({ pass: row.expected["queue"] === "account" });
  });

  test("gives as many drafts as asked, not all alike", async () => {
    const drafts = simulated({ world: routing, role: "teacher", teacherSkill: 0.5 });
    const failures = await failuresOf(routing, start, routing.examples(30, 5));
    const request = schema.request(routing, start, failures.slice(0, 5));
    const output = {
      name: "x",
      schema: { type: "object", properties: { proposals: { type: "array", minItems: 4, items: { type: "string" } } } },
    };
    const { proposals } = JSON.parse((await drafts.generate({ ...request, output })).text) as {
      proposals: readonly string[];
    };
    expect(proposals).toHaveLength(4);
    expect(new Set(proposals).size).toBeGreaterThan(1);
  });

  test("in a program of two modules each text gets the rules of its own module", async () => {
    const world = worlds["multi-hop-qa"];
    const good = simulated({ world, role: "teacher", teacherSkill: 1 });
    const hints = world.rules
      .filter((rule) => rule.decoy !== true)
      .map((rule) => rule.hint)
      .join("\n");
    for (const module of world.program.modules) {
      const text = `The current instruction:\n\`\`\`\n${module.instructions}\n\`\`\`\nFeedback:\n${hints}\n\nWrite an improved instruction within \`\`\` blocks.`;
      const reply = await good.generate({ messages: [textMessage("user", text)] });
      const own = world.rules.filter((rule) => rule.module === module.name && rule.decoy !== true);
      const said = windows(reply.text);
      expect(own.filter((rule) => stanceOf(said, rule) !== "stated")).toEqual([]);
      expect(reply.text.match(/^- /gm)).toHaveLength(own.length);
    }
  });
});
