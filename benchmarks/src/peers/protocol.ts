import { z } from "zod";

// What ports send to the peer server. What they get back is typed by the functions in peer-run.ts.

const demo = z.object({ input: z.record(z.string(), z.unknown()), output: z.record(z.string(), z.unknown()) });

/** A program as a port knows it: the texts of modules, and worked examples. Modules that are not named stay as declared. */
const texts = {
  instructions: z.record(z.string(), z.string()).optional(),
  demos: z.record(z.string(), z.array(demo)).optional(),
  /** Values by component id, for those who work on the program's own components. Win over the other two. */
  candidate: z.record(z.string(), z.string()).optional(),
};

const output = z.record(z.string(), z.unknown()).nullable();
/** Model ids that a row's calls went to, in worlds with several students. */
const students = z.array(z.string()).optional();

export const scoreBody = z.object({ id: z.string(), output, students });
export const evaluateBody = z.object({ candidate: z.record(z.string(), z.string()), ids: z.array(z.string()).min(1) });
export const betweenBody = z.object({ module: z.string(), fields: z.record(z.string(), z.unknown()) });
export const incumbentBody = z.object({
  ...texts,
  /** Metric calls when it was found, for those who say so later; never more than were counted. Default: now. */
  evaluations: z.number().int().nonnegative().optional(),
});
export const finalBody = z.object({
  ...texts,
  /** Of the port's own program on the test inputs, in order; left out by ports that run no program of their own. */
  outputs: z.array(output).optional(),
  students: z.array(z.array(z.string())).optional(),
  reportedMetricCalls: z.number().int().nonnegative().optional(),
  end: z.string(),
});
export const checkBody = z.object({
  name: z.enum(["baseline", "oracle"]),
  outputs: z.array(output),
  students: z.array(z.array(z.string())).optional(),
});

export type ScoreBody = z.infer<typeof scoreBody>;
export type EvaluateBody = z.infer<typeof evaluateBody>;
export type BetweenBody = z.infer<typeof betweenBody>;
export type IncumbentBody = z.infer<typeof incumbentBody>;
export type FinalBody = z.infer<typeof finalBody>;
export type CheckBody = z.infer<typeof checkBody>;
/** What describes a program: by module, or by component. */
export type Texts = Pick<IncumbentBody, "instructions" | "demos" | "candidate">;
