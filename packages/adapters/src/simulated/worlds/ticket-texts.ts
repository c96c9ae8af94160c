/** Pieces of support tickets. `{...}` slots are filled from {@link slots}; no piece names a queue as a destination. */
export type Topic = keyof typeof topics;

export const topics = {
  payment: [
    "My card was declined when I tried to pay for the {month} period",
    "I would like to switch from paying by card to paying by bank transfer",
    "Our card on file has expired and I need to enter a new payment method",
    "Can you tell me when the next payment of {amount} will be taken from our card?",
    "The payment page says my card was declined although the bank sees no problem",
  ],
  crash: [
    "The {product} crashes with error {code} as soon as I open a report",
    "Saving a document in the {product} fails with error {code} every time",
    "Since {day} the {product} shows an exception and a stack trace after the first click",
    "I get error {code} whenever I press the print button in the {product}",
  ],
  pricing: [
    "Could you send me a quote for the {plan} plan for a company of {number} people?",
    "We are comparing vendors and would like to see your price list for the {plan} plan",
    "Is there a discount for schools if we buy the {plan} plan?",
    "I would like a demo of the {plan} plan before we decide to buy it",
  ],
  profile: [
    "I need to change the email address on my profile from the old one",
    "How can I change the display name on my profile? I married in {month}",
    "Please tell me how to hand over ownership of our workspace to {person}",
    "I can't find where to change my username in the {product}",
  ],
  phishing: [
    "I received a suspicious email that pretends to come from you and asks for my password",
    "Somebody posted a phishing link in our workspace on {day}",
    "There is a suspicious sign-in from another country in the log of {day}",
    "I think one of our users fell for a phishing page that looks like yours",
  ],
  praise: [
    "I have a suggestion: it would be nice if the {product} had a dark theme",
    "I just wanted to say that the new {product} is a joy to use",
    "A suggestion for the {product}: let us sort the list by date",
    "It would be nice if the {product} could remember the last folder I used",
  ],
  duplicate: [
    "I was charged twice for {month}, {amount} each time, and would like one of them back",
    "There is a duplicate charge of {amount} on my statement from {day}",
    "Your system took {amount} from my card two times on {day}",
    "We were billed twice for the same {plan} plan in {month}",
  ],
  lockout: [
    "I am locked out of the {product} after too many attempts to sign in",
    "After three wrong passwords on {day} the login says that I am locked out",
    "{person} from my team is locked out and can't get past the sign-in page",
    "The login page has locked me out since {day}",
  ],
  seats: [
    "We have {number} new colleagues and need more seats on our {plan} plan",
    "Please add {number} seats to our existing {plan} plan",
    "How do I add another {number} seats for the team in {city}?",
    "We ran out of seats on {day}, {person} can't be invited any more",
  ],
  cancel: [
    "I would like to cancel our subscription at the end of {month}",
    "Please cancel the {plan} plan, we no longer need it",
    "We decided on {day} to cancel and move to another tool",
    "How do I cancel my subscription to the {product}?",
  ],
  privacy: [
    "Please delete all personal data that you hold about {person}",
    "I want a copy of the personal data you have stored about me since {month}",
    "{person} has left us and asks that all of the personal data be erased",
    "Under data protection law I ask for an export of my personal data",
  ],
  invoice: [
    "The VAT number on the invoice from {month} is wrong",
    "Our company address on the last invoice is outdated, we moved to {city}",
    "Please reissue the {month} invoice with the VAT number of our office in {city}",
    "The invoice from {day} shows the wrong company name",
  ],
} as const;

export const openings = [
  "Hello,",
  "Hi there,",
  "Good morning,",
  "Dear team,",
  "Hi support,",
  "Hello from {city},",
  "Good afternoon,",
  "To whom it may concern,",
] as const;

export const trial = [
  "We are still on the free trial.",
  "I am trying the product out on the 14-day trial.",
  "Our trial runs until {day}.",
] as const;

export const anger = [
  "This is ridiculous and I am furious!",
  "I am absolutely fed up with this!!",
  "What an outrageous way to treat people!",
  "I am very angry about this, it is unacceptable!",
] as const;

export const legal = [
  "Our lawyer has been informed and expects an answer.",
  "If this is not settled I will contact the regulator.",
  "Our legal department has asked for a statement.",
  "My solicitor will write to you next.",
] as const;

export const outage = [
  "Nobody in our company can work at the moment.",
  "The whole office has come to a standstill.",
  "Everything is down for all of our users.",
  "Production is down because of this.",
] as const;

/** Facts that decide nothing, whatever one may be tempted to think. */
export const context = [
  "We have been customers for {number} years.",
  "I usually work from the mobile app.",
  "The office in {city} handles this normally.",
  "{person} asked me to write to you.",
  "I looked through the help pages first.",
  "My reference is {code}.",
  "I tried it in two browsers.",
  "I am writing on behalf of a team of {number}.",
  "It is the first time I write to you.",
  "I have been using the {product} since {month}.",
] as const;

export const closings = [
  "Thanks, {person}",
  "Kind regards, {person}",
  "Best, {person}",
  "Thank you in advance.",
  "Looking forward to your answer, {person}",
  "Many thanks!",
] as const;

export const slots: Readonly<Record<string, readonly string[]>> = {
  month: "January February March April May June July August September October November December".split(" "),
  day: "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(" "),
  product: ["dashboard", "editor", "calendar", "report builder", "inbox", "planner", "file manager", "chart view"],
  plan: ["Basic", "Team", "Business", "Studio", "Enterprise"],
  person: ["Marta", "Jonas", "Priya", "Owen", "Lucia", "Tomasz", "Aisha", "Henrik", "Noor", "Caleb", "Ines", "Yuki"],
  city: ["Leeds", "Porto", "Ghent", "Turin", "Malmo", "Denver", "Graz", "Osaka", "Lyon", "Cork", "Basel", "Tampere"],
};
