import type { Rule } from "../world.ts";

const module = "route";
const to = (queue: string): RegExp => new RegExp(`\\b${queue}\\b`);

/** The house rules of the support desk, and two that only sound right. */
export const ticketRules: readonly Rule[] = [
  {
    id: "duplicate-charge",
    module,
    when: [/\b(?:duplicate\w*|twice|two times|double\w*)\b/, /\b(?:charg\w*|bill(?:ed)?|paid|pay\w*|took|debit\w*)\b/],
    action: to("billing"),
    statements: [
      "Duplicate charges always go to billing, even when they look like a system error.",
      "When a customer was charged twice, the queue is billing.",
      "Anyone who paid double for the same thing belongs to billing.",
    ],
    hint: "A customer who was charged twice is a matter for billing, whatever caused it.",
  },
  {
    id: "lockout",
    module,
    when: [/\block(?:ed|s|ing)?[ -]?(?:out|outs|me out)\b|\blockouts?\b/],
    action: to("security"),
    statements: [
      "Customers who are locked out go to security.",
      "A lockout after failed logins is handled by security.",
      "Send everyone who got locked out to the security queue.",
    ],
    hint: "People who are locked out are looked after by security here.",
  },
  {
    id: "seats",
    module,
    when: [/\b(?:seats?|licen[sc]es?)\b/],
    action: to("account"),
    statements: [
      "Requests to add seats to an existing plan go to account.",
      "More seats for a team: queue account.",
      "When a customer wants further seats or licences, choose account.",
    ],
    hint: "Adding seats to a plan is something the account team does.",
  },
  {
    id: "cancellation",
    module,
    when: [/\bcancel\w*/],
    action: to("sales"),
    statements: [
      "Cancellations go to sales, who try to keep the customer.",
      "A customer who wants to cancel is routed to sales.",
      "Whoever is cancelling a subscription belongs to sales.",
    ],
    hint: "Somebody who wants to cancel should talk to sales first.",
  },
  {
    id: "personal-data",
    module,
    when: [/\b(?:personal data|privacy|data protection|gdpr)\b/],
    action: to("security"),
    statements: [
      "Requests about personal data, such as export or deletion, go to security.",
      "Privacy requests belong to the security queue.",
      "If a ticket asks for personal data to be deleted, route it to security.",
    ],
    hint: "The security desk answers all questions about personal data.",
  },
  {
    id: "invoice-details",
    module,
    when: [/\binvoices?\b/, /\b(?:vat|address\w*|company name|details?|correct\w*)\b/],
    action: to("account"),
    statements: [
      "Corrections of invoice details such as a VAT number or company address go to account.",
      "A wrong VAT number or address on an invoice is fixed by account.",
      "Tickets about the company name or address on an invoice belong to account.",
    ],
    hint: "Invoice details such as a VAT number or an address are kept by the account team.",
  },
  {
    id: "trial",
    module,
    when: [/\btrials?\b/],
    action: to("sales"),
    statements: [
      "Every ticket from a customer on a trial goes to sales, whatever its topic.",
      "Trial customers are always routed to sales.",
      "If the writer is still on a trial, the queue is sales.",
    ],
    hint: "This customer is on a trial, and everything from trial customers is for sales.",
  },
  {
    id: "anger",
    module,
    when: [/\b(?:ang(?:ry|er)|tone|furious|shout\w*|rude\w*|upset)\b/],
    action:
      /\b(?:not|never|no)\b[^.]{0,40}\b(?:urgent|urgency|emergency)\b|\burgent\b\W+(?:(?:is|as|to|be|stays|=)\W+)*(?:false|no)\b/,
    statements: [
      "An angry tone alone does not make a ticket urgent.",
      "Furious customers are not urgent by themselves.",
      "For tickets that are merely angry, set urgent to false.",
    ],
    hint: "An angry tone alone is not urgent here.",
  },
  {
    id: "legal",
    module,
    when: [/\b(?:legal|lawyers?|solicitors?|regulators?|attorneys?)\b/],
    action: /\b(?:urgent|urgency|emergency)\b(?!\W+(?:(?:is|as|to|be)\W+)*false)/,
    statements: [
      "Tickets that mention a lawyer, a regulator or legal action are urgent.",
      "Mark a ticket as urgent when the customer speaks of lawyers or a regulator.",
      "Any legal threat makes the ticket urgent.",
    ],
    hint: "A lawyer or regulator is mentioned, which makes it urgent.",
  },
  {
    id: "loyalty",
    module,
    decoy: true,
    when: [/\b(?:loyal|long[ -]?(?:standing|time)|for years|many years)\b/],
    action: /\b(?:urgent|urgency|priority)\b/,
    statements: [
      "Long-standing customers are always urgent.",
      "Treat tickets of loyal customers as urgent.",
      "Customers who have been with us for years get urgent handling.",
    ],
    hint: "Long-standing customers are urgent.",
  },
  {
    id: "mobile",
    module,
    decoy: true,
    when: [/\b(?:mobile|phone|smartphone)\b/],
    action: to("bug"),
    statements: [
      "Anything about the mobile app goes to bug.",
      "Tickets that mention the mobile app belong to the bug queue.",
      "If the customer uses a phone, choose bug.",
    ],
    hint: "Mobile app tickets belong to bug.",
  },
];
