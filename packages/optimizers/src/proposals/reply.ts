import type { Response } from "@cultivar/core";

/** A rewritten text, or why there is none: a clause. */
export type Rewrite = { readonly text: string } | { readonly rejected: string };

/** What a whole reply says without its finished thinking; rejected when it is cut, empty, or never stops thinking. */
export function answerIn({ text, finishReason }: Pick<Response, "text" | "finishReason">): Rewrite {
  if (finishReason === "length" || finishReason === "context-overflow") return { rejected: "the reply was cut off" };
  if (finishReason === "refusal" || finishReason === "content-filter")
    return { rejected: "the reflection model refused to answer" };
  const answer = afterThinking(text);
  if (answer === undefined) return { rejected: "the reply never ends its thinking" };
  return answer.trim() === "" ? { rejected: "the reply is empty" } : { text: answer };
}

/**
 * What lies between the first fence of a reply and its last one, without a language tag. Rejected unless both are there
 * and the fences between them come in pairs: a reply that was cut within its text would pass for a whole one.
 */
export function blockIn(answer: string): Rewrite {
  const fences = [...answer.matchAll(/`{3,}/g)];
  const [first, last] = [fences[0], fences.at(-1)];
  if (first === undefined || last === undefined || first === last)
    return { rejected: "the reply holds no finished block between triple backticks" };
  const inner = answer.slice(first.index + first[0].length, last.index).replace(/^[\w-]*[ \t]*\r?\n/, "");
  if ((inner.match(/^[ \t]*`{3,}/gm)?.length ?? 0) % 2 === 1)
    return { rejected: "the block between triple backticks is not finished" };
  // some models think within the block
  const text = inner.replace(/^\s*<(think(?:ing)?)>[\s\S]*?<\/\1>/i, "").trim();
  if (/^<think(?:ing)?>/i.test(text)) return { rejected: "the text is thinking that never ends" };
  return text === "" ? { rejected: "the text is empty" } : { text };
}

/** Where an answer starts: tags after it are part of what is proposed. */
const answerStart = /```|\{\s*"/;

/** The reply without what was thought before the answer; undefined when the thinking never ends. */
function afterThinking(reply: string): string | undefined {
  let rest = reply;
  for (;;) {
    const open = /<(think(?:ing)?)>/i.exec(rest);
    const start = answerStart.exec(rest);
    if (open === null || (start !== null && start.index < open.index)) break;
    const end = new RegExp(`</${open[1]!}>`, "i").exec(rest.slice(open.index));
    if (end === null) return undefined;
    rest = rest.slice(0, open.index) + rest.slice(open.index + end.index + end[0].length);
  }
  return afterOrphan(rest);
}

/** Some chat templates open the thinking themselves, so that only its end is in the reply; drafts may stand before it. */
function afterOrphan(reply: string): string {
  const [before, after] = reply.split(/<\/think(?:ing)?>([\s\S]*)/i);
  if (after === undefined || /<think(?:ing)?>/i.test(before!)) return reply;
  return answerStart.test(after) ? after : reply;
}
