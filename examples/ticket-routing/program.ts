import type { MetricArguments, ScoreResult } from "@cultivar/core";
import { predict, signature } from "@cultivar/core";
import { z } from "zod";

/** The task, typed: what comes in, what goes out. The house rules are nowhere written down; compile finds what helps. */
export const routeTicket = predict(
  signature({
    name: "routeTicket",
    instructions: "Route the support ticket to the queue that can solve it, and say whether it is urgent.",
    input: z.object({ ticket: z.string().describe("the customer's message") }),
    output: z.object({
      queue: z.enum(["billing", "bug", "account", "sales", "security", "feedback"]).describe("the team for it"),
      urgent: z.boolean().describe("whether it must be answered within the hour"),
    }),
  }),
  // What a budget in dollars must set aside for each call: without it, all that the model could write.
  { maxTokens: 2000 },
);

/** A row of tickets.jsonl: a past ticket, where it belonged, and what a colleague noted about it. */
export interface PastTicket {
  readonly ticket: string;
  readonly queue: string;
  readonly urgent: boolean;
  readonly note?: string;
}

/** A past ticket as an example. */
export const toExample = ({ ticket, queue, urgent, note = "" }: PastTicket) => ({
  input: { ticket },
  expected: { queue, urgent },
  note,
});

type Example = ReturnType<typeof toExample>;
type Output = Example["expected"];

/** The wrong queue costs everything, a wrong urgency half. The feedback is for optimizers that read. */
export function routedWell({ example, output }: MetricArguments<Example, Output>): ScoreResult {
  const { queue, urgent } = example.expected;
  if (output.queue !== queue)
    return { score: 0, feedback: `queue: expected ${queue}, got ${output.queue}. ${example.note}` };
  if (output.urgent !== urgent) return { score: 0.5, feedback: `urgent: expected ${urgent}. ${example.note}` };
  return { score: 1, feedback: "Right." };
}
