import { CultivarError } from "../ground/errors.ts";
import type { EndReason } from "./result.ts";
import type { RunEnd } from "./run-end.ts";
import type { TimeKeeper } from "./time-keeper.ts";

/** The logical clock of a run: numbers its steps (an ask, a proposer call, a chain), and ends it at one of them. */
export interface RunSteps extends Pick<RunEnd, "end" | "ended" | "refuse"> {
  next(): number;
  /** Why nothing more may begin at this step; `fresh` says whether it needs work that was never done. */
  late(step: number, fresh: boolean): EndReason | undefined;
  /** Ends the run at a step for a physical reason: what was asked after it is void. */
  endAt(reason: EndReason, step: number): void;
  isVoid(step: number): boolean;
  /** Whether an `inOrder` is running. Throws a `config` error when a second one begins. */
  setInOrder(running: boolean): void;
  /** Throws a `config` error for an ask outside of the steps of a running `inOrder`: it would count by arrival. */
  requireSerial(where: string): void;
}

export function runSteps({ end, ended, refuse }: RunEnd, time: TimeKeeper): RunSteps {
  let steps = 0;
  let cut = Number.POSITIVE_INFINITY;
  let inOrder = false;
  return {
    end,
    ended,
    refuse,
    next: () => (steps += 1),
    late: time.late,
    endAt(reason, step) {
      cut = Math.min(cut, step);
      end(reason);
      if (reason === "seconds" && ended() === "seconds") time.decided(step);
    },
    isVoid: (step) => step > cut,
    setInOrder(running) {
      if (running && inOrder)
        throw new CultivarError("config", "inOrder: another one is running; await it, or make one search of both");
      inOrder = running;
    },
    requireSerial(where) {
      if (inOrder)
        throw new CultivarError(
          "config",
          `${where}: asked outside of the steps of a running inOrder; ask the study that start(step, state, study) was given`,
        );
    },
  };
}
