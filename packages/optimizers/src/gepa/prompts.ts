/** What a reflection is told. Examples come rendered. */
export interface ReflectionParts {
  /** What the text is for: "instructions of module answer". */
  readonly role: string;
  /** The program in words. */
  readonly program: string;
  readonly text: string;
  readonly examples: string;
}

/** Asks for a better text, given what happened with the present one. */
export function reflectionPrompt({ role, program, text, examples }: ReflectionParts): string {
  return `You improve one text inside a program that calls language models. The program is:

${program}

The text is the ${role}. At present it reads:

\`\`\`
${text}
\`\`\`

This is what happened on a few training examples with the present text:

${examples}

Find out from the inputs what the task really is, and from the feedback what was misunderstood. Write a new version of the
text that would have led to right outputs here and on other inputs of the same kind:
- keep what works, and put in each fact, convention or rule that the feedback shows, since whoever reads the text sees
  none of these examples;
- say rules in general terms, and copy no example;
- keep anything in {braces} as it is.

Give the whole new text between triple backticks, and nothing after them.`;
}
