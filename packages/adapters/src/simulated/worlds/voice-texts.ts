/** Pieces of spoken commands as a recogniser writes them down. `{...}` slots are filled from {@link slots}. */
export type Topic = keyof typeof topics;

export const topics = {
  music: [
    "play something by {artist} in the {room}",
    "put on some {genre} in the {room}",
    "play the {genre} album from {year}",
  ],
  timer: ["set a timer for {number} minutes for the {dish}", "start a {number} minute timer for {dish}"],
  alarm: ["set an alarm for {hour} on {day}", "alarm at {hour} {day} morning"],
  lights: [
    "switch off the lamp in the {room}",
    "turn on the lamp in the {room} at {hour}",
    "dim the lamp in the {room}",
  ],
  calls: ["call {person} on the mobile", "ring {person} at {hour}", "call {person} at work"],
  shopping: ["write {food} on the shopping list", "we are out of {food} put it on the shopping list"],
  remind: ["remind me to {chore} on {day}", "remind {person} to {chore}", "remind me about the {dish} at {hour}"],
  night: [
    "good night {room}",
    "good night i am going to bed in the {room}",
    "good night and switch everything down at {hour}",
  ],
  warmer: [
    "turn it up a bit in the {room}",
    "turn it down in the {room} i am freezing",
    "can you turn it up {number} notches in the {room}",
  ],
  wake: [
    "wake me in {number} minutes",
    "wake {person} in {number} minutes",
    "wake me in {number} minutes for the {dish}",
  ],
  tell: [
    "tell {person} that i am {number} minutes late",
    "tell {person} to {chore}",
    "tell {person} that the {dish} is ready",
  ],
  pencil: [
    "pencil in {person} on {day} at {hour}",
    "pencil in the dentist on {day}",
    "pencil in a walk with {person} on {day}",
  ],
  order: ["order {number} packs of {food}", "order more {food} for {day}", "order the {food} again"],
  blinds: ["open the blinds in the {room}", "close the blinds in the {room} at {hour}", "blinds down in the {room}"],
  door: ["who is at the door of the {room}", "is that {person} at the door", "somebody is at the door at {hour}"],
  umbrella: [
    "do i need an umbrella on {day}",
    "umbrella or not for {person} at {hour}",
    "does {person} need an umbrella",
  ],
  news: ["what is the news from {city}", "give me the news at {hour}", "any news on {artist}"],
} as const;

export const openings = [
  "hey nova",
  "nova",
  "okay nova",
  "um nova",
  "nova please",
  "hello nova",
  "right nova",
  "so nova",
] as const;

/** What else the microphone heard; it decides nothing. */
export const context = [
  "{person} is here too",
  "i have {number} things to do",
  "the kids are in the {room}",
  "we are leaving at {hour}",
  "it smells of {dish}",
  "whisper please",
  "it is {day} after all",
] as const;

export const closings = ["thanks", "please", "thank you", "if you can", "that is all", "cheers", "quick"] as const;

export const slots: Readonly<Record<string, readonly string[]>> = {
  artist: ["the grey owls", "nina hart", "the fjords", "old harbour", "ada quintet", "little giants"],
  genre: ["jazz", "folk", "techno", "piano", "blues", "choir"],
  year: "1969 1975 1984 1991 1999 2006 2013 2020".split(" "),
  room: ["kitchen", "bathroom", "hall", "attic", "office", "nursery", "cellar", "porch"],
  dish: ["soup", "rice", "bread", "lasagne", "eggs", "tea", "cake"],
  food: ["coffee", "oat milk", "flour", "apples", "rice", "olives", "yoghurt"],
  chore: [
    "water the plants",
    "feed the cat",
    "pay the rent",
    "bring the bins out",
    "fetch the parcel",
    "charge the bike",
  ],
  hour: ["six", "half past six", "seven", "eight", "nine", "noon", "ten past ten", "quarter to five"],
  day: "monday tuesday wednesday thursday friday saturday sunday".split(" "),
  person: ["marta", "jonas", "priya", "owen", "lucia", "tomasz", "aisha", "henrik", "noor", "caleb", "ines", "yuki"],
  city: ["leeds", "porto", "ghent", "turin", "malmo", "denver", "graz", "osaka", "lyon", "cork"],
};
