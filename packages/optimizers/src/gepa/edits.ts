import type { JsonSchema } from "@cultivar/core";
import { messageOf, parseJsonSafely } from "@cultivar/core";
import { z } from "zod";
import { checked } from "../proposals/hygiene.ts";
import { editPrompt, editsAgain } from "./prompts.ts";
import { againstOf, partsOf } from "./reflect.ts";
import { ask } from "../proposals/ask.ts";
import type { Rewrite } from "../proposals/reply.ts";
import type { RewriteOptions, RewriteRule } from "./rewrite.ts";
import { rewriteName, rewriteSettings } from "./rewrite.ts";

/** One change of a text: `find`, which occurs exactly once, gives way to `replace`; or a line is added at the end. */
export type Edit = { readonly find: string; readonly replace: string } | { readonly append: string };

const edit = z.union([
  z.strictObject({ find: z.string().min(1), replace: z.string() }),
  z.strictObject({ append: z.string().min(1) }),
]);
const editList = z.strictObject({ edits: z.array(edit).min(1) });

/** Adapters hold the model to it where it can be held to a schema, and drop it, with a warning, where not. */
const output = { name: "edits", schema: z.toJSONSchema(editList) as JsonSchema };

/**
 * Find-and-replace operations on the present text, as JSON, in place of a whole new text: what is not named stays as it
 * is, and replies are short. All of a reply's edits are made or none. Of an empty text only additions are possible.
 * 1 to 1 + `retries` calls. Throws `config` errors for options out of range.
 */
export function edits(options: RewriteOptions = {}): RewriteRule {
  const settings = rewriteSettings(options);
  const { checks, retries, memory } = settings;
  return {
    name: rewriteName("edits", settings),
    rewrite(rewriting) {
      const against = againstOf(rewriting);
      return ask(rewriting.study, {
        prompt: editPrompt(partsOf(rewriting, checks, memory)),
        output,
        retries,
        again: editsAgain,
        read(answer) {
          const found = editsIn(answer);
          return "rejected" in found ? found : checked(applyEdits(against.current, found.edits), against, checks);
        },
      });
    },
  };
}

/** The edits of a reply, whatever stands around its JSON object; or why there are none. */
export function editsIn(answer: string): { readonly edits: readonly Edit[] } | { readonly rejected: string } {
  const start = /\{\s*"edits"/.exec(answer)?.index ?? answer.indexOf("{");
  const end = answer.lastIndexOf("}");
  if (start === -1 || end < start) return { rejected: "the reply holds no JSON object" };
  try {
    const { data, error } = editList.safeParse(parseJsonSafely(answer.slice(start, end + 1)));
    if (data !== undefined) return data;
    const [issue] = error.issues;
    return {
      rejected: `the edits are not of the shape that was asked for (${issue!.path.join(".")}: ${issue!.message})`,
    };
  } catch (error) {
    return { rejected: `the reply is no JSON (${messageOf(error, 200)})` };
  }
}

/** The text after all edits, in order, each made on what the one before it left; rejected when one can't be made. */
export function applyEdits(text: string, list: readonly Edit[]): Rewrite {
  let after = text;
  for (const [i, one] of list.entries()) {
    if ("append" in one) {
      after = after.trim() === "" ? one.append : `${after.trimEnd()}\n${one.append}`;
      continue;
    }
    const places = placesOf(one.find, after);
    const [at] = places;
    if (at === undefined || places.length > 1) {
      const often = at === undefined ? "does not occur in the text" : `occurs ${places.length} times; quote more of it`;
      return { rejected: `edit ${i + 1}: ${JSON.stringify(one.find.slice(0, 100))} ${often}` };
    }
    after = after.slice(0, at) + one.replace + after.slice(at + one.find.length);
  }
  const result = after.trim();
  return result === "" ? { rejected: "the text is empty" } : { text: result };
}

/** Where `part` occurs; occurrences may overlap. */
function placesOf(part: string, text: string): readonly number[] {
  const found: number[] = [];
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + 1)) found.push(at);
  return found;
}
