export type { SimulatedOptions } from "./simulated.ts";
export { modelsOf, replier, responseOf, simulated, worldOf } from "./simulated.ts";
export type { Flips } from "./flips.ts";
export { flip, isFlipped } from "./flips.ts";
export { adjust, judge, metricOf, studentsIn } from "./judge.ts";
export { optimumOf, programOf } from "./program.ts";
export type { WorldProgram } from "./program.ts";
export type { TrainingRow } from "./strength.ts";
export { logicalKey } from "./logical.ts";
export type {
  DemoPair,
  FieldSpec,
  Judgement,
  ModuleSpec,
  Optimum,
  Output,
  Rule,
  RuleLesson,
  StudentKind,
  Texts,
  Value,
  World,
  WorldRow,
} from "./world.ts";
export type { WorldName } from "./worlds.ts";
export { worlds } from "./worlds.ts";
export { ticketRouting } from "./worlds/ticket-routing.ts";
export { invoiceExtraction } from "./worlds/invoice-extraction.ts";
export { multiHopQa } from "./worlds/multi-hop-qa.ts";
export { contractReview } from "./worlds/contract-review.ts";
export { houseDialect } from "./worlds/house-dialect.ts";
export { commentModeration } from "./worlds/comment-moderation.ts";
export { refundDecisions } from "./worlds/refund-decisions.ts";
export { voiceCommands } from "./worlds/voice-commands.ts";
export { claimsPipeline } from "./worlds/claims-pipeline.ts";
export { leadScoring } from "./worlds/lead-scoring.ts";
export { productCodes } from "./worlds/product-codes.ts";
export { replyDrafting } from "./worlds/reply-drafting.ts";
export type { Passage } from "./worlds/multi-hop-corpus.ts";
