import { expect, test } from "vitest";
import { productCodes } from "../worlds/product-codes.ts";
import { readTeacherPrompt, remarksOn } from "./lesson.ts";

const current = `Sort each message that comes in by mail into one of the three folders of the office.
- Bills go to the left folder, whoever sent them and whatever they are for.`;
const words = current.split(" ");
const short = `${words.slice(0, 10).join(" ")} (...) ${words.slice(-10).join(" ")}`;

/** A prompt to an optimizer that has a glossary of its tags, a role, a shortened text, and the conversation around it. */
const prompt = `You improve text (i.e., variable). Send the improved variable between <NEW> {improved variable} </NEW> tags.

### Glossary of tags that will be sent to you:
# - <LM_SYSTEM_PROMPT>: The system prompt for the language model.
# - <ROLE>: The role description of the variable.

Here is the role of the variable you will improve: <ROLE>system prompt of a clerk</ROLE>.

The variable is the text within the following span: <VARIABLE> ${short} </VARIABLE>

Here is the context and feedback we got for the variable:

<CONTEXT>Here is a conversation:
<LM_SYSTEM_PROMPT> ${current} </LM_SYSTEM_PROMPT>
<FEEDBACK>Letters from abroad go right.</FEEDBACK></CONTEXT>`;

test("the text under work is what is to be improved, whole, and not what is said about it", () => {
  const { texts, rest } = readTeacherPrompt(prompt);
  expect(texts).toEqual([current]);
  expect(rest).toContain("Letters from abroad go right.");
});

test("a shortened text that is whole nowhere is taken as it is", () => {
  expect(readTeacherPrompt(`Improve this prompt:\n<PROMPT>${short}</PROMPT>`).texts).toEqual([short]);
});

test("rows printed as one Python list are data, neighbours too, and no remarks", () => {
  const row = ({ input, expected }: ReturnType<typeof productCodes.examples>[number]): string =>
    `Example({${Object.entries({ ...input, ...expected })
      .map(([name, value]) => `'${name}': '${String(value)}'`)
      .join(", ")}}) (input_keys={'item'})`;
  const list = `[${productCodes.examples(200, 3).map(row).join(", ")}]`;
  const remarks = [...remarksOn(productCodes.rules, list).values()];
  expect(remarks.reduce((sum, count) => sum + count, 0)).toBe(0);
});
