/** Pieces of requests to a mail-order shop. `{...}` slots are filled from {@link slots}; no piece names a decision. */
export type Topic = keyof typeof topics;

export const topics = {
  broken: [
    "The {item} was smashed when I opened the box on {day}",
    "The {item} arrived with a crack from top to bottom",
    "When I unpacked the {item} it was in pieces",
  ],
  wrongItem: [
    "I ordered a {item} and found somebody else's {thing} in the box",
    "You sent the wrong article: a {thing} and not the {item}",
    "In the parcel was the wrong article, a {thing}, although I paid {amount} for a {item}",
  ],
  lost: [
    "The {item} never arrived, the carrier says it is lost",
    "My {item} is lost since {day}, even the carrier has given up",
    "The carrier wrote on {day} that the {item} is lost",
  ],
  late: [
    "The {item} came {number} days after the promised date",
    "You promised {day} and the {item} was here {number} days later",
    "My {item} was {number} days late, the birthday was over",
    "The delivery of the {item} was {number} days late",
  ],
  colour: [
    "The {item} has another colour than on your page, it is nearly {colour}",
    "On the picture the {item} looked {colour}, the real colour is nothing like it",
    "The colour of the {item} is off: I expected {colour}",
  ],
  priceDrop: [
    "I paid {amount} for the {item}, and on {day} its price dropped",
    "Since {day} the {item} is cheaper on your page than the {amount} that I paid",
    "The price of the {item} dropped {number} hours after my order",
  ],
  missingPart: [
    "There is a screw missing from the {item}, I counted {number}",
    "The lid of the {item} is missing",
    "The {item} came with a cable missing",
    "Among the parts of the {item} the bag with the hinges is missing",
  ],
  size: [
    "The {wear} is a size too small although I ordered the usual one",
    "The {wear} in {colour} does not fit, I need another size",
    "The {wear} fits my sister but not me, the size is wrong",
    "The size of the {wear} is wrong for me, I took the {colour} one",
  ],
  wear: [
    "After {number} weeks of normal use the seam of the {wear} came apart",
    "The {item} stopped working after {number} weeks",
    "{number} weeks after I bought it the {item} stopped working",
  ],
  gift: [
    "I was given the {item} as a gift and have one already",
    "The {item} was a gift from {person} and is not to my taste",
    "My aunt in {city} sent me the {item} as a gift, I have no use for it",
  ],
  set: [
    "One of the {number} pieces of the {set} has a chip",
    "From the {set} a single piece is scratched, the other {number} are in order",
    "A single piece of the {set} does not match the others",
  ],
  usedUp: [
    "I wore the {wear} all summer in {city} and now I want my {amount} back",
    "We used the {item} at {number} parties and it looks used, so I want to send it in",
    "I wore the {wear} on a hike of {number} kilometres and it is dirty now",
  ],
  tooOld: [
    "I bought the {item} three years ago and want to give it back",
    "The {item} has been in my cellar for three years, please take it back for {amount}",
    "Three years ago I paid you {amount} for the {item}, today I want that back",
  ],
  engraved: [
    "You engraved the {item} with the name {person} for me and I have changed my mind",
    "The engraved {item} is no longer wanted, {person} and I are not friends any more",
    "I had a {item} engraved for {amount} and now I would like a plain one",
  ],
} as const;

/** The tone that one hears in most complaints, right or wrong. */
export const unhappy = [
  "I am very disappointed.",
  "This has been a frustrating experience.",
  "I am quite unhappy with that.",
  "What a disappointment!",
  "You can imagine how frustrated I am.",
  "I have seldom been so unhappy with a shop.",
] as const;

export const openings = [
  "Hello,",
  "Good morning,",
  "Dear shop,",
  "Hi there,",
  "Dear Sir or Madam,",
  "Hello from {city},",
  "My name is {person},",
] as const;

/** Facts that decide nothing. */
export const context = [
  "The order number is {code}.",
  "I paid by card.",
  "I am a club member since {month}.",
  "I have a club card of yours.",
  "The box is still here in {city}.",
  "I ordered in {month}.",
  "{person} signed for it.",
  "I can send photographs.",
  "You can reach me after {day}.",
] as const;

export const closings = [
  "What can you do? {person}",
  "Regards, {person}",
  "Please let me know by {day}.",
  "Kind regards from {city}",
  "Thank you, {person}",
] as const;

export const slots: Readonly<Record<string, readonly string[]>> = {
  month: "January February March April May June July August September October November December".split(" "),
  day: "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(" "),
  colour: ["green", "blue", "grey", "orange", "purple", "brown", "yellow"],
  item: [
    "lamp",
    "kettle",
    "clock",
    "mirror",
    "radio",
    "teapot",
    "vase",
    "toaster",
    "suitcase",
    "umbrella",
    "picture frame",
  ],
  thing: ["garden hose", "doormat", "pillow", "bread knife", "watering can", "stapler"],
  wear: ["jacket", "coat", "pair of boots", "raincoat", "jumper", "pair of trousers", "dress"],
  set: ["dinner set", "tea set", "knife block", "set of glasses", "chess set", "tool box"],
  person: ["Marta", "Jonas", "Priya", "Owen", "Lucia", "Tomasz", "Aisha", "Henrik", "Noor", "Caleb", "Ines", "Yuki"],
  city: ["Leeds", "Porto", "Ghent", "Turin", "Malmo", "Denver", "Graz", "Osaka", "Lyon", "Cork", "Basel", "Tampere"],
};
