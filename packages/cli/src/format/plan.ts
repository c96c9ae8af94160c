import type { Budget, Plan } from "@cultivar/core";
import { count, counted, dollars, duration } from "./quantities.ts";

/** What a call of a live model takes, give or take: only for the estimate of time. */
const secondsPerCall = 2;

/** What an estimate needs to know beside the plan. */
export interface PlanContext {
  readonly budget: Budget;
  /** Rows at once. */
  readonly concurrency: number;
  readonly simulated: boolean;
  /** Whether proposers may be asked as well. Default true. */
  readonly proposes?: boolean;
}

/** What a run is expected to need, on one line: an estimate, and the limits that hold. */
export function planLine(target: string, plan: Plan, context: PlanContext): string {
  const { budget, concurrency, simulated, proposes = true } = context;
  const calls = plan.calls === undefined ? "an unknown number of calls" : `about ${counted(plan.calls, "call")}`;
  const unpriced = plan.unpriced.length === 0 ? "" : ` (no price known for ${plan.unpriced.join(", ")})`;
  const cost = plan.usd === undefined || plan.unpriced.length > 0 ? "cost unknown" : `about ${dollars(plan.usd)}`;
  const limits = (["evaluations", "calls", "tokens", "usd", "seconds"] as const).flatMap((name) =>
    budget[name] === undefined ? [] : [`${name} ${name === "usd" ? dollars(budget[name]) : count(budget[name])}`],
  );
  const parts = [
    `${calls} of the program${plan.testRows > 0 ? ` (with ${counted(plan.testRows, "test row")} twice)` : ""}${proposes ? "; proposer calls come on top" : ""}`,
    `${cost}${simulated && plan.unpriced.length === 0 ? " at made-up prices" : ""}${unpriced}`,
    ...(plan.calls === undefined || simulated
      ? []
      : [
          `about ${duration((plan.calls * secondsPerCall * 1000) / concurrency)} at ${secondsPerCall}s a call, ${concurrency} at once`,
        ]),
    `limits: ${limits.length === 0 ? "none" : limits.join(", ")}`,
  ];
  return `plan      ${target}: ${parts.join("; ")}`;
}

/** The same as an object. */
export function planObject(
  target: string,
  plan: Plan,
  simulated: boolean,
  why: string | undefined,
): Readonly<Record<string, unknown>> {
  return {
    target,
    status: "planned",
    evaluations: plan.evaluations ?? null,
    calls: plan.calls ?? null,
    costUsd: plan.unpriced.length > 0 ? null : (plan.usd ?? null),
    testRows: plan.testRows,
    unpriced: plan.unpriced,
    simulated,
    why: why ?? null,
  };
}
