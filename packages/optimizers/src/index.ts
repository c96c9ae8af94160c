export type { BootstrapOptions } from "./bootstrap/bootstrap.ts";
export { bootstrap } from "./bootstrap/bootstrap.ts";
export type { CoproOptions } from "./copro/copro.ts";
export { copro } from "./copro/copro.ts";
export type { MemberName, Members } from "./ensemble/ensemble.ts";
export { ensemble } from "./ensemble/ensemble.ts";
export { majorityVote, meanOf } from "./ensemble/reducers.ts";
export { ablation } from "./gepa/ablation.ts";
export type { AcceptRule } from "./gepa/acceptance.ts";
export { holds, improves } from "./gepa/acceptance.ts";
export type { Batch, BatchRule, FailuresFirstOptions, Glance } from "./gepa/batches.ts";
export { epochs, failuresFirst } from "./gepa/batches.ts";
export { choosing } from "./gepa/choosing.ts";
export { completing } from "./gepa/completing.ts";
export type { Choosing, ComponentRule } from "./gepa/components.ts";
export { byBlame, everyText, roundRobin } from "./gepa/components.ts";
export type { Confirmation, ConfirmingOptions } from "./gepa/confirmation.ts";
export { confirming, noConfirmation } from "./gepa/confirmation.ts";
export type { CrossoverOptions } from "./gepa/crossover.ts";
export { crossover } from "./gepa/crossover.ts";
export { demonstration } from "./gepa/demonstration.ts";
export { edits } from "./gepa/edits.ts";
export type { Belief } from "./beliefs/evidence.ts";
export type { GepaOptions } from "./gepa/gepa.ts";
export { gepa, published, tuned } from "./gepa/gepa.ts";
export type { Effort } from "./mipro/auto.ts";
export { mipro } from "./mipro/mipro.ts";
export type { HalvingOptions, RowsRule } from "./mipro/rows.ts";
export { fullRows, halving } from "./mipro/rows.ts";
export type { MiproOptions } from "./mipro/settings.ts";
export type { Against, Check, LengthLimit, RefusedText } from "./proposals/hygiene.ts";
export {
  copied,
  disallowed,
  hygiene,
  overlong,
  placeholders,
  plainChecks,
  repeated,
  restated,
  unchanged,
} from "./proposals/hygiene.ts";
export { merging } from "./gepa/merging.ts";
export type { Desk, Draft, Move, Proposed, Trial } from "./gepa/moves.ts";
export type { ParetoFrontOptions, Tradeoff, Values } from "./gepa/objectives.ts";
export { nonDominated, ofMetric, paretoFront, shortness, thrift, withObjectives } from "./gepa/objectives.ts";
export type { Frontier, Fronts } from "./gepa/pareto.ts";
export { byInstance, byObjective, cartesian, hybrid } from "./gepa/pareto.ts";
export type { ParentRule } from "./gepa/parents.ts";
export { currentBest, epsilonGreedy, pareto, thompson, topK } from "./gepa/parents.ts";
export type { Member, Pool } from "./gepa/pool.ts";
export type { Rewrite, RewriteOptions, RewriteRule, Rewriting } from "./gepa/rewrite.ts";
export { plainText, wholeText } from "./gepa/rewrite.ts";
export type { StopRule } from "./gepa/stops.ts";
export { onPlateau, whenDry, whenLittleToGain, whenSolved } from "./gepa/stops.ts";
export type { Contest, RacingOptions, Validation, Verdict } from "./gepa/validation.ts";
export { fullPass, racing } from "./gepa/validation.ts";
export type { KnnFewShotOptions } from "./knn-few-shot/knn-few-shot.ts";
export { knnFewShot } from "./knn-few-shot/knn-few-shot.ts";
export type { LabeledFewShotOptions } from "./labeled-few-shot/labeled-few-shot.ts";
export { labeledFewShot } from "./labeled-few-shot/labeled-few-shot.ts";
export type { InstructionChoices } from "./random-search/draws.ts";
export type { RandomSearchOptions } from "./random-search/random-search.ts";
export { randomSearch } from "./random-search/random-search.ts";
export type { GaussianProcessOptions } from "./samplers/gaussian-process.ts";
export { gaussianProcess } from "./samplers/gaussian-process.ts";
export type { Axis, Observation, Point, Sampler } from "./samplers/sampler.ts";
export type { TpeOptions } from "./samplers/tpe.ts";
export { tpe } from "./samplers/tpe.ts";
export { uniform } from "./samplers/uniform.ts";
export { sequence } from "./sequence/sequence.ts";
