/** Wordings of clauses. {S} and {C} stand for supplier and customer, {term} for a period; each holds at most one "shall". */
export const suppliers = ["Supplier", "Provider", "Vendor", "Contractor", "Licensor"] as const;
export const customers = ["Customer", "Client", "Purchaser", "Licensee"] as const;

export const leads = [
  "",
  "Subject to Schedule {n}, ",
  "Unless stated otherwise in Annex {n}, ",
  "Notwithstanding Section {n}.{n}, ",
  "For the purposes of this Agreement, ",
  "As of the Effective Date, ",
  "Without prejudice to Section {n}, ",
] as const;

export const tails = [
  "",
  "Section {n}.{n} stays unaffected.",
  "Notices under this clause require text form.",
  "This is customary in the trade.",
  "The parties regard this as usual for services of this kind.",
  "Schedule {n} gives an example.",
  "This clause survives the end of this Agreement.",
] as const;

/** What a clause may be about, with its heading. */
export const headings = {
  payment: ["Payment", "Invoices and Payment", "Fees and Payment"],
  liability: ["Liability", "Limitation of Liability", "Limits"],
  renewal: ["Renewal", "Duration and Renewal", "Extension"],
  termination: ["Termination", "Early Exit", "End of Service"],
  confidentiality: ["Confidentiality", "Secrecy", "Non-Disclosure"],
  data: ["Data Protection", "Personal Data", "Processing"],
  pricing: ["Prices", "Price Changes", "Fee Review"],
  property: ["Intellectual Property", "Rights in Results", "Assignment of Rights"],
  insurance: ["Insurance", "Cover"],
  exclusivity: ["Exclusivity", "Sole Source"],
  penalty: ["Delay", "Service Credits"],
  notices: ["Notices", "Communication"],
} as const;
export type Topic = keyof typeof headings;

/** In each clause the party before "shall" is bound; where the other stands first, a hasty reader takes that one. */
export const bodies: Readonly<Record<string, readonly string[]>> = {
  payment: [
    "the {C} shall pay each invoice within {term} of receipt.",
    "the {C} shall settle all amounts within {term} of the invoice date.",
    "the {S} issues its invoices monthly, and the {C} shall pay them within {term}.",
  ],
  liability: [
    "the {S} shall be liable for damage only up to the fees paid in the preceding {term}.",
    "claims of the {C} are capped, and the {S} shall compensate no more than the fees of the last {term}.",
    "the {S} shall be liable up to a limit that equals the fees of {term}.",
  ],
  renewal: [
    "this Agreement renews itself every year, and the {C} shall give notice {term} before its end to prevent this.",
    "the {S} may prolong this Agreement by itself unless the {C}, who shall observe a notice of {term}, objects.",
    "the {C} shall give notice {term} ahead if the automatic renewal is unwanted.",
  ],
  termination: [
    "the {S} may terminate for convenience on a notice of {term}, and the {C} shall then settle all open amounts.",
    "the {S} may end the service at will; it shall announce this {term} ahead to the {C}.",
    "the {S} shall give a notice of {term} when it terminates without cause.",
  ],
  "secrecy/both": [
    "each party shall keep the papers of the other secret for {term}.",
    "either party shall treat what it learns as confidential for {term}.",
    "confidential matters of the {C} and the {S} are protected: each party shall keep silent for {term}.",
  ],
  "secrecy/customer": [
    "the {S} may mark papers as secret, and the {C} shall disclose none of them for {term}.",
    "what the {S} marks as confidential, the {C} shall keep secret for {term}.",
    "the {C} shall treat all papers of the {S} as confidential for {term}.",
  ],
  "data/home": [
    "the {S} shall keep personal data of the {C} in data centres of the common market and erase them within {term}.",
    "the {C} hands over personal data, which the {S} shall erase within {term} after use.",
  ],
  "data/abroad": [
    "the {S} shall inform the {C} {term} before personal data are transferred to a third country.",
    "personal data of the {C} may be kept overseas if the {S}, who shall say so {term} ahead, finds it useful.",
  ],
  "pricing/index": [
    "prices follow the consumer index, and the {S} shall announce each change {term} ahead.",
    "the {C} pays prices tied to the published index; the {S} shall send the figures {term} ahead.",
  ],
  "pricing/free": [
    "the {S} may increase its prices at will and shall announce this {term} ahead.",
    "the {S} may raise fees as it sees fit, and the {C} shall pay them {term} after the announcement.",
  ],
  "property/results": [
    "the {S} shall assign all rights in the results to the {C} within {term} of delivery.",
    "the {C} owns the results, and the {S} shall sign the papers within {term}.",
  ],
  "property/background": [
    "the {C} shall assign its rights in results and pre-existing material to the {S} within {term}.",
    "the {S} receives all rights in joint work and in earlier work of the {C}, who shall sign within {term}.",
  ],
  insurance: [
    "the {S} shall hold adequate insurance and show the policy within {term} of a request.",
    "the {C} may ask for the policy, which the {S} shall show within {term}.",
  ],
  exclusivity: [
    "the {C} shall buy from nobody else for {term}.",
    "the {S} is sole source, and the {C} shall place no order elsewhere for {term}.",
  ],
  penalty: [
    "the {S} shall credit a tenth of the fee when it is more than {term} late.",
    "the {C} may claim a tenth of the fee, which the {S} shall credit within {term}.",
  ],
  notices: [
    "the {S} shall confirm each notice within {term}.",
    "each party shall answer a notice of the other within {term}.",
  ],
};
