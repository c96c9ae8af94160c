import { contentHash, CultivarError, rng } from "@cultivar/core";
import type { Judgement } from "./world.ts";

/** Noise of a metric: some judgements say the opposite. */
export interface Flips {
  /** Chance in [0, 1] that a judgement is flipped. */
  readonly share: number;
  /** The world's seed; default 0. */
  readonly seed?: number;
  /** Flips belong to rows and stay: a mislabelled row, whoever answers. Default: each metric call draws afresh. */
  readonly persistent?: boolean;
}

/** Throws a `config` error unless the share is in [0, 1]. */
export function checkFlips(flips: Flips): Flips {
  if (flips.share >= 0 && flips.share <= 1) return flips;
  throw new CultivarError("config", `simulated metric: flips.share must be in [0, 1], got ${flips.share}`);
}

/**
 * Whether one judgement is flipped. `call` names the metric call: within a run, a draw of the metric's own stream (run
 * seed, candidate, row and sample); for a served metric, the count of its calls. Pure.
 */
export function isFlipped({ share, seed = 0, persistent = false }: Flips, input: unknown, call: string): boolean {
  if (share === 0) return false;
  return rng(seed, persistent ? `flip of row ${contentHash(input)}` : `flip of call ${call}`).next() < share;
}

/** The opposite of a judgement: the score mirrored within [0, 1], and words that fit it and give nothing away. */
export function flip({ score, feedback, byModule }: Judgement): Judgement {
  const opposite = 1 - score;
  if (feedback === undefined) return { score: opposite };
  const words = opposite >= 1 ? "Right." : "Marked as wrong.";
  return {
    score: opposite,
    feedback: words,
    ...(byModule !== undefined && { byModule: Object.fromEntries(Object.keys(byModule).map((name) => [name, words])) }),
  };
}
