/** Pieces of customers' messages. `{...}` slots are filled from {@link slots}; no piece names a house rule. */
export type Topic = keyof typeof topics;

export const topics = {
  late: [
    "My {item} was due on {day} and has not arrived",
    "The {item} that I ordered for {event} is {count} days late",
    "I am still waiting for the {item}, which should have come on {day}",
    "The {item} was promised for {day} and I am still waiting",
  ],
  damaged: [
    "The {item} arrived broken on {day}",
    "When I unpacked the {item} on {day} it was cracked on one side",
    "Somebody must have dropped the parcel: the {item} is smashed",
    "There is a crack in the {item}, it came broken",
  ],
  wrong: [
    "I received a {colour} {item} instead of what I chose for {event}",
    "The box held a {other} instead of the {item}",
    "On {day} I got a {other} instead of the {colour} {item}",
  ],
  question: [
    "Do you have the {item} in {colour}",
    "How long does it take to send a {item} to {city}",
    "Can the {item} be gift-wrapped for {event}",
    "Could I change the delivery address of the {item} to {city}",
    "Is the {colour} {item} going to be in stock before {day}",
  ],
  praise: [
    "I just want to say how happy I am with the {colour} {item}",
    "The {item} was a great success at {event}, well done",
    "What a lovely {item}, everybody in {city} asks me about it",
  ],
} as const;

export const casual: readonly string[] = ["Hi,", "Hello there,", "Hey,", "Hi all,"];
export const stiff: readonly string[] = [
  "Dear Sir or Madam,",
  "Good morning,",
  "Good afternoon,",
  "To whom it may concern,",
];
export const repeats: readonly string[] = [
  "I already wrote to you on {day}.",
  "This is my second message about it.",
  "I asked about this before, on {day}.",
];
export const returning: readonly string[] = [
  "I have bought from you for years.",
  "We have bought several things from you.",
];
export const deadlines: readonly string[] = ["I need it by {day}.", "We need it by {day} for {event}."];
export const context: readonly string[] = [
  "I paid by card.",
  "The parcel came to {city}.",
  "A neighbour took it in.",
  "My sister recommended your shop.",
  "I am usually at home after {hour}.",
  "I can send a photo.",
];
export const orders: readonly string[] = [
  "The order number is {order}.",
  "It is order number {order}.",
  "You find it under order {order}.",
];
export const farewells: readonly string[] = ["Regards", "Thanks", "Best", "Yours"];
export const firstNames: readonly string[] = [
  "Anna",
  "Milan",
  "Sofia",
  "Peter",
  "Lena",
  "Omar",
  "Clara",
  "Hugo",
  "Irene",
  "Tom",
  "Vera",
];
export const surnames: readonly string[] = [
  "Hale",
  "Ortiz",
  "Chen",
  "Novak",
  "Bell",
  "Fischer",
  "Moreau",
  "Larsen",
  "Rossi",
  "Dunn",
];
export const companies: readonly string[] = [
  "Alder Paper",
  "Nordic Optics",
  "Maple Catering",
  "Falcon Tools",
  "Harbour Foods",
  "Granite Media",
];

export const slots: Readonly<Record<string, readonly string[]>> = {
  item: [
    "lamp",
    "vase",
    "teapot",
    "mirror",
    "clock",
    "salad bowl",
    "photo frame",
    "side table",
    "fruit dish",
    "carafe",
  ],
  other: ["candle holder", "cake stand", "wall hook", "coffee mug", "bread bin"],
  colour: ["green", "blue", "white", "yellow", "grey", "red"],
  day: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "3 May", "12 June", "20 October"],
  event: ["a wedding", "our new flat", "a birthday", "the office party", "our anniversary"],
  city: ["Leeds", "Ghent", "Porto", "Graz", "Aarhus", "Turin"],
  count: ["three", "four", "six", "nine", "ten"],
  hour: ["four", "five", "six"],
};
