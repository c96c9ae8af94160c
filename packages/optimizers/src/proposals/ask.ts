import type { Request, Response, Study } from "@cultivar/core";
import { blame, messageOf, textMessage } from "@cultivar/core";
import type { Rewrite } from "./reply.ts";
import { answerIn } from "./reply.ts";

/** A question to the reflection model, and what to make of its replies. */
export interface Question {
  readonly prompt: string;
  readonly output?: Request["output"];
  /** Further calls at most, each told what was wrong with the last reply. */
  readonly retries: number;
  /** What a retry is told. */
  again(why: string): string;
  /** A whole answer without thinking as a text, or what is wrong with it. */
  read(answer: string): Rewrite;
}

/** Characters of a refused reply that a retry shows again; one that never stops thinking is long. */
const mostShown = 6000;

/**
 * Asks the reflection model, in one conversation; 1 to 1 + `retries` calls. A model that fails gives a rejection, and no
 * retry: it may answer at the next step. Rejects with what ends the run.
 */
export async function ask(study: Study, { prompt, output, retries, again, read }: Question): Promise<Rewrite> {
  let messages = [textMessage("user", prompt)];
  for (let left = retries; ; left--) {
    const reply = await replyTo(study, { messages, ...(output !== undefined && { output }) });
    if ("rejected" in reply) return reply;
    const answer = answerIn(reply);
    const found = "text" in answer ? read(answer.text) : answer;
    if ("text" in found || left === 0) return found;
    // no provider takes an empty turn
    const said = reply.text.trim() === "" ? "(nothing)" : reply.text.slice(0, mostShown);
    messages = [...messages, textMessage("assistant", said), textMessage("user", again(found.rejected))];
  }
}

async function replyTo(study: Study, request: Request): Promise<Response | { readonly rejected: string }> {
  try {
    return await study.generate("reflect", request);
  } catch (error) {
    if (blame(error) === "run") throw error;
    return { rejected: `the reflection model failed: ${messageOf(error)}` };
  }
}
