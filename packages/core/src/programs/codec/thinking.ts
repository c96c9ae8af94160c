/** Tags in which models show their reasoning before they answer. */
const opening = /^\s*<(think|thinking|thought|reasoning)>/i;
const closing = /<\/(?:think|thinking|thought|reasoning)>/i;

/** A reply without the reasoning at its start. */
export interface Answered {
  readonly answer: string;
  /** The reasoning was never closed: what `answer` holds may be reasoning, drafts included. */
  readonly open: boolean;
}

/** Cuts reasoning blocks off the start of a reply. */
export function withoutThinking(reply: string): Answered {
  let answer = reply;
  for (;;) {
    const start = opening.exec(answer);
    if (start === null) return { answer, open: false };
    const inside = answer.slice(start[0].length);
    const end = closing.exec(inside);
    if (end === null) return { answer: inside, open: true };
    answer = inside.slice(end.index + end[0].length);
  }
}

/**
 * Where the first closing tag ends whose opening one is not in the reply: some chat templates write that into the
 * prompt. Undefined when there is none.
 */
export function closingTagEnd(reply: string): number | undefined {
  const end = closing.exec(reply);
  return end === null ? undefined : end.index + end[0].length;
}

/** The inside of a text that is one code fence from first to last character; any other text is returned as it is. */
export function withoutFence(text: string): string {
  const trimmed = text.trim();
  if (!trimmed.startsWith("```") || !trimmed.endsWith("```")) return text;
  const firstLine = trimmed.indexOf("\n");
  const last = trimmed.length - 3;
  if (firstLine === -1 || firstLine >= last || trimmed.indexOf("```", firstLine) !== last) return text;
  return trimmed.slice(firstLine + 1, last).trim();
}
