import type { Candidate, ComponentId, DemoRow, Optimizer, Study } from "@cultivar/core";
import { CultivarError, candidateHash, canonicalJson, encodeDemos } from "@cultivar/core";
import { distinctInputs } from "../bootstrap/bootstrap.ts";
import { passRule } from "../bootstrap/pass-rule.ts";
import { rehearse, teacherOf, tracedDemos } from "../bootstrap/teacher.ts";
import { composeDemos } from "../demos/compose-demos.ts";
import type { LabelledPools } from "../demos/labelled-demos.ts";
import { labelledPools } from "../demos/labelled-demos.ts";
import { wholeNumber } from "../demos/limits.ts";
import { asDeclared } from "./as-declared.ts";
import { compactVector } from "./compact-vector.ts";

export interface KnnFewShotOptions {
  /** Demos shown for each input, at most; a whole number from 1. Default 4. */
  readonly k?: number;
  /** A name among `models.embedders`. Default: the only one given. */
  readonly embedder?: string;
  /** Rows to choose from, per module, at most; drawn by seed where there are more. Default: every train row. */
  readonly maxPool?: number;
  /** Passing runs to choose from, for each module that no label fits, at most; 0 for none. Default: as `maxPool`. */
  readonly bootstrapped?: number;
  /** Score from which a run becomes a demo. Default: the best of the metric's range; lower it for graded metrics. */
  readonly threshold?: number;
}

/**
 * Shows each module the `k` train rows that are nearest to its input, nearest last: chosen at each call, by the cosine
 * between the vectors of inputs. A module that no label fits chooses among its own part of runs that pass. Replaces the
 * demos that are there; scores the one candidate once on all of val. The vectors are embedded once and kept in the
 * artifact (of 1,536 numbers, some 7 kB a row: see `maxPool`); a program that was loaded needs the same embedder, and
 * one embedding per call.
 * Source: `KNNFewShot` of DSPy (Khattab et al., 2023). Differs: the nearest rows are shown as they are, where DSPy
 * bootstraps demos from them anew for each input at inference; vectors are saved and not made at each start; the row
 * under evaluation is never its own neighbour; and each module compares its own inputs.
 * Costs val evaluations, and train more where a module has no labels. Throws `config` errors for options out of range,
 * and when no such embedder is given.
 */
export function knnFewShot(options: KnnFewShotOptions = {}): Optimizer {
  const { threshold } = options;
  const k = wholeNumber("knnFewShot", "k", options.k ?? 4, 1);
  const limit = (name: "maxPool" | "bootstrapped", least: number): number =>
    options[name] === undefined ? Number.POSITIVE_INFINITY : wholeNumber("knnFewShot", name, options[name], least);
  const maxPool = limit("maxPool", 1);
  const bootstrapped = Math.min(limit("bootstrapped", 0), maxPool);
  return {
    name: "knnFewShot",
    options: { ...options, k },
    async run(study) {
      const embedder = embedderOf(study, options.embedder);
      const passes = passRule("knnFewShot", study.range, threshold);
      const show = (base: Candidate, pools: LabelledPools): Promise<Candidate> =>
        withNearest(study, base, drawn(study, pools, maxPool), k, embedder);
      const labels = labelledPools(study);
      const labelled = await show(study.baseline, labels);
      const bare = [...labels.keys()].filter((id) => labels.get(id)!.length === 0);
      const candidate = await show(labelled, await pooledRuns(study, bare, labelled, bootstrapped, passes));
      if (candidateHash(candidate) === candidateHash(study.baseline)) {
        study.note({
          type: "remark",
          text: "knnFewShot: no label fits a module that shows demos, and no run on train passed; nothing was tried",
        });
        return;
      }
      const why = `the ${k} train rows nearest to each input as demos, by the embedder ${JSON.stringify(embedder)}`;
      study.note({ type: "proposal", candidate, parents: [study.baseline], why });
      await study.evaluate({ candidate, split: "val", ids: study.val });
    },
  };
}

/** The embedder to use. Throws `config` errors that say what to do when there is none of that name, or no one to take. */
function embedderOf({ embedders }: Study, wanted: string | undefined): string {
  const fail = (problem: string): never => {
    throw new CultivarError("config", `knnFewShot: ${problem}`);
  };
  if (embedders.length === 0)
    return fail(
      "rows are compared by vectors, but no embedder is given; give one in models.embedders, say { local: hashedNgrams() } of @cultivar/adapters/embeddings",
    );
  const given = embedders.join(", ");
  if (wanted === undefined)
    return embedders.length === 1 ? embedders[0]! : fail(`models.embedders holds ${given}; say which in embedder`);
  return embedders.includes(wanted)
    ? wanted
    : fail(`models.embedders holds ${given}, and not ${JSON.stringify(wanted)}; give it there, or name one of these`);
}

/** What each of these modules did in train runs of `teacher` that passed, as demos; at most `most` runs. */
async function pooledRuns(
  study: Study,
  ids: readonly ComponentId[],
  teacher: Candidate,
  most: number,
  passes: ReturnType<typeof passRule>,
): Promise<LabelledPools> {
  if (ids.length === 0 || most === 0) return new Map();
  const order = study.rng("knnFewShot/order").shuffle(distinctInputs(study.train));
  const runs = teacherOf({ ...study, baseline: teacher }, new Map(), 0);
  const traced = tracedDemos(study, await rehearse({ teacher: runs, order, wanted: most, maxRounds: 1, passes }));
  return new Map(ids.map((id) => [id, traced.get(id)!.map((row) => asDeclared(study.sketch, id, row))]));
}

/** At most `most` rows of each pool, without repeats of an input or a source, in the order of the pool. */
function drawn(study: Study, pools: LabelledPools, most: number): LabelledPools {
  return new Map(
    [...pools].map(([id, pool]) => {
      const kept = new Set(composeDemos([], pool, most, study.rng(`knnFewShot/${id}`)));
      return [id, pool.filter((row) => kept.has(row))];
    }),
  );
}

/** `base` with the nearest of each pool as demos; an empty pool changes nothing. One embedding of all distinct inputs. */
async function withNearest(
  study: Study,
  base: Candidate,
  pools: LabelledPools,
  k: number,
  embedder: string,
): Promise<Candidate> {
  // What a call compares its own input with, to the letter.
  const textOf = ({ input }: DemoRow): string => canonicalJson(input);
  const texts = [...new Set([...pools.values()].flat().map(textOf))];
  if (texts.length === 0) return base;
  const embedded = await study.embed(embedder, texts);
  const vectors = new Map(texts.map((text, i) => [text, compactVector(embedded[i]!)]));
  const values = [...pools].flatMap(([id, rows]) => {
    if (rows.length === 0) return [];
    const select = { k, by: "nearest", embedder, vectors: rows.map((row) => vectors.get(textOf(row))!) } as const;
    return [[id, encodeDemos({ rows, select })]];
  });
  return { ...base, ...(Object.fromEntries(values) as Candidate) };
}
