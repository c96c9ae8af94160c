import type { World } from "./world.ts";
import { invoiceExtraction } from "./worlds/invoice-extraction.ts";
import { multiHopQa } from "./worlds/multi-hop-qa.ts";
import { ticketRouting } from "./worlds/ticket-routing.ts";

/** The names of the worlds that come with the package. */
export type WorldName = "ticket-routing" | "invoice-extraction" | "multi-hop-qa";

/** The worlds by name. */
export const worlds: Readonly<Record<WorldName, World>> = {
  "ticket-routing": ticketRouting,
  "invoice-extraction": invoiceExtraction,
  "multi-hop-qa": multiHopQa,
};
