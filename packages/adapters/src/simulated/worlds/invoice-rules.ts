import type { Rule } from "../world.ts";

const module = "extract";

/** The formats that the ledger wants, and two that it does not. */
export const invoiceRules: readonly Rule[] = [
  {
    id: "iso-date",
    module,
    when: [/\b(?:issue )?dates?\b/],
    action: /\biso\b(?! ?4217)|\byyyy-mm-dd\b|\byear-month-day\b|\byear first\b/,
    statements: [
      "Write dates in ISO form, YYYY-MM-DD.",
      "Dates are given as year-month-day with dashes.",
      "Use the ISO 8601 format for the issue date.",
    ],
    hint: "Dates should be in ISO form.",
  },
  {
    id: "day-first",
    module,
    when: [/\b(?:dates?|03\/04|slash\w*|numeric)\b/],
    action: /\bdays?\b[^.]{0,20}\b(?:first|before|come|precede)\w*|\bdd\/mm\b|\bday\/month\b|\beuropean\b/,
    statements: [
      "Numeric dates with slashes have the day first.",
      "Read dates such as 03/04/2025 as day/month/year.",
      "In dates with slashes the day comes before the month.",
    ],
    hint: "Dates with slashes have the day first.",
  },
  {
    id: "plain-number",
    module,
    when: [/\b(?:amounts?|totals?|sums?)\b/],
    action:
      /\bplain\b|\bwithout (?:any )?(?:thousands|currency|separator|symbol)\w*|\bno (?:thousands|currency symbol|separator|symbol)\w*|\bdigits only\b|\bbare number\b/,
    statements: [
      "Amounts are plain numbers with a decimal point and two decimals, such as 1234.50.",
      "Give the total without thousands separators or symbols.",
      "The amount is a bare number: no thousands separators, no currency symbol.",
    ],
    hint: "Amounts should be plain numbers.",
  },
  {
    id: "gross",
    module,
    when: [/\b(?:amounts?|totals?|sums?)\b/],
    action: /\bgross\b|\b(?:including|includes?|incl|after|with) (?:the )?(?:vat|tax(?:es)?)\b|\btax included\b/,
    statements: [
      "The total is the gross amount, including tax.",
      "Take the sum after tax as the total.",
      "As the amount, use the gross figure and never the net one.",
    ],
    hint: "The total is the gross amount.",
  },
  {
    id: "currency-code",
    module,
    when: [/\bcurrenc(?:y|ies)\b/],
    action: /\b(?:iso (?:4217 )?)?codes?\b|\bthree[- ]letter\b|\biso 4217\b/,
    statements: [
      "Write the currency as its three-letter code, such as EUR.",
      "The currency is an ISO 4217 code.",
      "Currencies are given by code (USD, EUR, GBP) and never by symbol.",
    ],
    hint: "Currencies go by their three-letter code.",
  },
  {
    id: "no-legal-form",
    module,
    when: [/\b(?:vendors?|suppliers?|compan(?:y|ies)|seller)\b/],
    action:
      /\b(?:without|drop|omit|leave out|leave off|remove|strip|no)\b[^.]{0,30}\b(?:legal|gmbh|ltd|inc|suffix\w*)\b/,
    statements: [
      "Give the vendor without its legal form (drop GmbH, Ltd, Inc).",
      "Leave out legal suffixes such as GmbH or Inc in vendor names.",
      "The supplier's name has no legal form at the end.",
    ],
    hint: "Vendor names go without the legal form.",
  },
  {
    id: "title-case",
    module,
    when: [/\b(?:vendors?|suppliers?|compan(?:y|ies)|seller|names?)\b/],
    action:
      /\btitle[- ]case\b|\bcapitali[sz]e (?:only )?(?:the first letter of )?each word\b|\bonly the first letter of each word\b/,
    statements: [
      "Write vendor names in title case, such as Nordic Paper.",
      "Capitalise each word of the vendor's name, the rest in small letters.",
      "The supplier's name is in title case even when the invoice shouts it.",
    ],
    hint: "Vendor names are in title case.",
  },
  {
    id: "bare-id",
    module,
    when: [/\b(?:invoice (?:number|id)s?|numbers? of the invoice|invoice_id|ids?)\b/],
    action:
      /\b(?:without|drop|omit|leave out|remove|strip|no)\b[^.]{0,30}\b(?:prefix\w*|letters|inv)\b|\bonly the digits\b/,
    statements: [
      "Give the invoice id without its prefix: 2024-0042, not INV-2024-0042.",
      "Drop prefixes such as INV from the invoice number.",
      "An invoice id has no letters in front: strip the prefix.",
    ],
    hint: "Invoice ids go without their prefix.",
  },
  {
    id: "round",
    module,
    decoy: true,
    when: [/\b(?:amounts?|totals?|sums?)\b/],
    action: /\bround\w*\b|\bwhole (?:number|unit)s?\b/,
    statements: [
      "Round amounts to whole units.",
      "The total is rounded to a whole number.",
      "Amounts should be rounded.",
    ],
    hint: "Round the total.",
  },
  {
    id: "lower-currency",
    module,
    decoy: true,
    when: [/\bcurrenc(?:y|ies)\b/],
    action: /\blower[- ]?case\b|\bsmall letters\b/,
    statements: [
      "Write the currency in lower case.",
      "Currencies are in small letters.",
      "The currency is always lower-case.",
    ],
    hint: "Write the currency in small letters.",
  },
];
