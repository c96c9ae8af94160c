import type { Request } from "@cultivar/core";
import { canonicalJson, textOf } from "@cultivar/core";

/**
 * The recorded request most like `asked`: most shared words (Jaccard index over distinct words), the earlier one of
 * equals. Undefined when there is none at all.
 */
export function nearestRequest(asked: Request, recorded: Iterable<Request>): Request | undefined {
  const words = wordsOf(asked);
  let best: Request | undefined;
  let bestScore = -1;
  for (const request of recorded) {
    const others = wordsOf(request);
    let shared = 0;
    for (const word of others) if (words.has(word)) shared += 1;
    const union = words.size + others.size - shared;
    const sameSample = (request.sample ?? 0) === (asked.sample ?? 0) ? 1e-6 : 0;
    const score = (union === 0 ? 1 : shared / union) + sameSample;
    if (score > bestScore) [best, bestScore] = [request, score];
  }
  return best;
}

function wordsOf(request: Request): ReadonlySet<string> {
  return new Set(request.messages.flatMap((message) => textOf(message).toLowerCase().split(/\W+/)));
}

/** How two requests differ, in words: each member that does, messages down to the character. */
export function differences(asked: Request, recorded: Request): string {
  const told: string[] = [];
  if (asked.messages.length !== recorded.messages.length) {
    told.push(`${asked.messages.length} messages instead of ${recorded.messages.length}`);
  }
  for (let at = 0; at < Math.min(asked.messages.length, recorded.messages.length); at++) {
    const [mine, theirs] = [asked.messages[at]!, recorded.messages[at]!];
    const [text, other] = [textOf(mine), textOf(theirs)];
    if (text !== other) {
      const from = commonPrefix(text, other);
      told.push(
        `messages[${at}] (${mine.role}) from character ${from}: ${around(text, from)} instead of ${around(other, from)}`,
      );
    } else if (canonicalJson(mine) !== canonicalJson(theirs)) {
      told.push(`messages[${at}] (${mine.role}) in other members than its text`);
    }
  }
  const members = new Set([...Object.keys(asked), ...Object.keys(recorded)]) as Set<keyof Request>;
  members.delete("messages");
  for (const name of [...members].sort()) {
    const [mine, theirs] = [show(asked[name]), show(recorded[name])];
    if (mine !== theirs) told.push(`${name}: ${mine} instead of ${theirs}`);
  }
  return told.slice(0, 4).join("; ");
}

function commonPrefix(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return at;
}

function around(text: string, at: number): string {
  return JSON.stringify(text.slice(at, at + 40));
}

function show(value: unknown): string {
  const text = value === undefined ? "nothing" : canonicalJson(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
