/** Pieces of comments in a cycling club's forum. `{...}` slots are filled from {@link slots}; no piece names a verdict. */
export type Topic = keyof typeof topics;

export const topics = {
  chat: [
    "The loop from {city} over the {pass} is at its best in {month}",
    "I rode {number} kilometres with {person} on {day} and slept like a stone",
    "The coffee at the top of the {pass} is still the best of the whole valley",
    "The new cycle path near {city} is finally finished",
  ],
  question: [
    "Does anybody know whether a {part} from {year} fits a steel frame?",
    "Which {part} would you take for the {pass} in {month}?",
    "How long does a {part} last when one rides {number} kilometres a week?",
    "Is the road from {city} to the {pass} open in {month}?",
  ],
  insult: [
    "{person}, you are an idiot and everybody in {city} knows it",
    "{person}, you are a moron, go back to {city}",
    "Only a moron like {person} rides without a {part}",
    "You are an idiot, {person}, and your {part} is a joke",
  ],
  spam: [
    "Earn {amount} a day from your sofa, click the link in my profile",
    "Click the link and win {amount}, only until {day}",
    "Cheap loans up to {amount}, click the link before {day}",
  ],
  threat: [
    "{person}, on {day} I will hurt you",
    "I will hurt {person} if I see that {part} in {city} again",
    "{person}, I will wait for you behind the {pass} and hurt you",
  ],
  shop: [
    "I have just opened my workshop in {city}, come by for a new {part}",
    "My little shop in {city} has {number} kinds of {part} in stock, have a look",
    "I run a bike studio in {city} and fit any {part} for {amount}",
    "Customers of mine love the {part} that I build in {city}",
  ],
  secondHand: [
    "I am selling my old {part} from {year} for {amount}, to be fetched in {city}",
    "For sale: a used {part}, {amount}, in {city}",
    "Selling the {part} from my {year} bike for {amount}",
    "My daughter has outgrown her bike, for sale at {amount} in {city}",
  ],
  swearing: [
    "This bloody {part} broke again on the {pass}",
    "Damn, that climb over the {pass} in {month} is hard",
    "The damn {part} from {year} squeaks like hell",
    "Bloody headwind all the way to {city} on {day}",
  ],
  quote: [
    'On {day} {person} called me "an idiot", and I do not think that is all right',
    '"You are a moron", {person} wrote to me, can somebody look into that?',
    'I was told "you are an idiot" by {person} in {city} and it hurt',
    'Yesterday {person} said "only a moron rides that {part}" to our youngest member',
  ],
  address: [
    "The one who took the {part} lives at {number} {street} in {city}",
    "{person} lives at {number} {street}, ring there if you want your {part} back",
    "The driver who cut me up on {day} lives at {number} {street}",
    "If {person} does not answer, the private phone number is 555-{number}",
  ],
  result: [
    "{person} won the {race} today, what a sprint",
    "What a finish in the {race}: {person} won by a wheel",
    "I still can't believe that {person} won the {race} on {day}",
    "{person} lost the {race} on the last climb, to a rider from {city}",
  ],
  medicine: [
    "Against the pain on the {pass} I take {number} tablets before breakfast, do the same",
    "Just take {number} milligrams of what my doctor gave me and the knee is quiet until {city}",
    "{number} tablets on {day} morning and you will fly up the {pass}",
    "Forget the doctor, {number} milligrams a day healed the back of {person}",
  ],
  moderators: [
    "The moderators throw out whatever they do not like, mine from {day} is gone again",
    "Why did a moderator lock the thread on the {race}? That is a disgrace",
    "Dear moderators, your treatment of {person} on {day} was a disgrace",
    "Since {month} the moderators of this forum are a disgrace",
  ],
} as const;

export const openings = [
  "Hello all,",
  "Hi,",
  "Evening everyone,",
  "Right,",
  "Well,",
  "Just saying:",
  "Back from {city}:",
  "After {number} years in the club:",
] as const;

/** Facts that decide nothing, whatever one may be tempted to think. */
export const context = [
  "This is my first post here.",
  "I am new to the forum.",
  "READ THIS TWICE PLEASE.",
  "THANK YOU ALL SO MUCH.",
  "It rained the whole of {day}.",
  "{person} can tell you more.",
  "We were {number} riders.",
  "Next ride is on {day} in {city}.",
  "I have used the same {part} since {year}.",
  "Sorry for the long silence since {month}.",
] as const;

export const closings = [
  "Cheers, {person}",
  "Greetings from {city}",
  "Ride safe!",
  "See you on {day}.",
  "{person}",
] as const;

export const slots: Readonly<Record<string, readonly string[]>> = {
  month: "March April May June July August September October".split(" "),
  day: "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(" "),
  year: "1998 2004 2009 2012 2015 2017 2019 2021 2023".split(" "),
  part: ["saddle", "wheel", "chain", "crank", "fork", "helmet", "handlebar", "derailleur", "brake", "dynamo"],
  pass: ["Hohberg", "Col de Marne", "Alto Verde", "Kite Hill", "Stone Gap", "Grey Pass", "Monte Ruvo"],
  race: ["Valley Tour", "Harbour Classic", "Three Lakes", "Spring Criterium", "Hill Prize"],
  street: ["Mill Lane", "Station Road", "Chapel Street", "Orchard Way", "Quay Street"],
  person: ["Marta", "Jonas", "Priya", "Owen", "Lucia", "Tomasz", "Aisha", "Henrik", "Noor", "Caleb", "Ines", "Yuki"],
  city: ["Leeds", "Porto", "Ghent", "Turin", "Malmo", "Denver", "Graz", "Osaka", "Lyon", "Cork", "Basel", "Tampere"],
};
