/** The program that `init` writes. */
export const programTemplate = `import { predict, signature } from "@cultivar/core";
import { z } from "zod";

/** The task, typed: what comes in, what goes out. Describe it plainly; compile finds what helps. */
export const routeTicket = predict(
  signature({
    name: "routeTicket",
    instructions: "Route the support ticket to the queue that can solve it, and say whether it is urgent.",
    input: z.object({ ticket: z.string().describe("the customer's message") }),
    output: z.object({
      queue: z.enum(["billing", "bug", "account", "sales", "security", "feedback"]),
      urgent: z.boolean().describe("whether it must be answered within the hour"),
    }),
  }),
);
`;

/** The config that `init` writes; `modelId` is the simulated model's, `program` the specifier of the file beside it. */
export const configTemplate = (
  modelId: string,
  program: string,
): string => `import { simulated } from "@cultivar/adapters/simulated";
import { split } from "@cultivar/core";
import { jsonl } from "@cultivar/core/node";
import { randomSearch } from "@cultivar/optimizers";
import { defineConfig } from "cultivar";
import { routeTicket } from "${program}";

// Your own rows go here: one JSON object per line. These are made up.
interface Row {
  ticket: string;
  queue: string;
  urgent: boolean;
}
const rows = await jsonl(new URL("tickets.jsonl", import.meta.url), ({ ticket, queue, urgent }: Row) => ({
  input: { ticket },
  expected: { queue, urgent },
}));

export default defineConfig({
  targets: {
    routeTicket: {
      program: routeTicket,
      // From 0 to 1: the wrong queue costs everything, a wrong urgency half.
      metric: ({ example, output }) => {
        if (output.queue !== example.expected.queue) return 0;
        return output.urgent === example.expected.urgent ? 1 : 0.5;
      },
      data: split(rows, { train: 80, val: 80, test: 140 }, { seed: 0 }),
      optimizer: randomSearch({ candidates: 4 }),
      // ${modelId}: a stand-in that needs no key. For a real one: import { openai } from "@cultivar/adapters/openai",
      // npm install openai, and openai("gpt-5.6-luna") here.
      models: { default: simulated({ world: "ticket-routing", role: "student" }) },
      budget: { evaluations: 700 },
    },
  },
});
`;

/** The manifest that \`init\` writes where there is none. */
export const packageTemplate = `{
  "private": true,
  "type": "module",
  "scripts": {
    "compile": "cultivar compile",
    "check": "cultivar compile --check"
  }
}
`;
