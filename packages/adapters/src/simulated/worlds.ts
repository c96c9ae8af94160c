import type { World } from "./world.ts";
import { commentModeration } from "./worlds/comment-moderation.ts";
import { contractReview } from "./worlds/contract-review.ts";
import { houseDialect } from "./worlds/house-dialect.ts";
import { invoiceExtraction } from "./worlds/invoice-extraction.ts";
import { multiHopQa } from "./worlds/multi-hop-qa.ts";
import { refundDecisions } from "./worlds/refund-decisions.ts";
import { claimsPipeline } from "./worlds/claims-pipeline.ts";
import { leadScoring } from "./worlds/lead-scoring.ts";
import { productCodes } from "./worlds/product-codes.ts";
import { replyDrafting } from "./worlds/reply-drafting.ts";
import { ticketRouting } from "./worlds/ticket-routing.ts";
import { voiceCommands } from "./worlds/voice-commands.ts";

/** The names of the worlds that come with the package. */
export type WorldName =
  | "ticket-routing"
  | "invoice-extraction"
  | "multi-hop-qa"
  | "contract-review"
  | "house-dialect"
  | "comment-moderation"
  | "refund-decisions"
  | "voice-commands"
  | "claims-pipeline"
  | "lead-scoring"
  | "product-codes"
  | "reply-drafting";

/** The worlds by name. */
export const worlds: Readonly<Record<WorldName, World>> = {
  "ticket-routing": ticketRouting,
  "invoice-extraction": invoiceExtraction,
  "multi-hop-qa": multiHopQa,
  "contract-review": contractReview,
  "house-dialect": houseDialect,
  "comment-moderation": commentModeration,
  "refund-decisions": refundDecisions,
  "voice-commands": voiceCommands,
  "claims-pipeline": claimsPipeline,
  "lead-scoring": leadScoring,
  "product-codes": productCodes,
  "reply-drafting": replyDrafting,
};
