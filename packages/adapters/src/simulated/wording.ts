/** How a statement is recognised in free text: every `when` and the `action` must occur in one window of it. */
export interface Wording {
  /** The concepts of the condition, each a pattern over lower-case text; all must occur. */
  readonly when: readonly RegExp[];
  /** The decisive concept: what to do. A negation shortly before it turns the statement round. */
  readonly action: RegExp;
}

/** What a text says of a rule; the last mention counts. */
export type Stance = "stated" | "denied" | "silent";

const negator = /\b(?:not|never|no longer|cannot|rather than|instead of|avoid|without|nor)\b/;
/** A second sentence belongs to the first when it starts like its conclusion. */
const conclusion =
  /^\W*(?:so |then |always )?(?:send|route|put|use|treat|mark|set|give|write|these|this|they|it|those|such|that)\b/;

/** Lower case, straight quotes, "n't" spelled out, markup dropped: what the patterns of a {@link Wording} are matched on. */
export function plain(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[‘’]/g, "'")
    .replaceAll(/\bcan't\b/g, "cannot")
    .replaceAll(/n't\b/g, " not")
    .replaceAll(/[*_`"“”]/g, " ")
    .replaceAll(/[ \t]+/g, " ");
}

/** The windows in which a statement may stand: each sentence, and a sentence with the conclusion that follows it. */
export function windows(text: string): readonly string[] {
  const found: string[] = [];
  for (const line of text.split("\n")) {
    const sentences = plain(line)
      .split(/(?<=[.!?;])\s+(?=\S)/)
      .filter((sentence) => sentence.trim() !== "");
    sentences.forEach((sentence, i) => {
      found.push(sentence);
      const next = sentences[i + 1];
      if (next !== undefined && conclusion.test(next)) found.push(`${sentence} ${next}`);
    });
  }
  return found;
}

/** What one window says of a rule. */
function stanceIn(window: string, wording: Wording): Stance {
  if (!wording.when.every((concept) => concept.test(window))) return "silent";
  let stance: Stance = "silent";
  const every = new RegExp(wording.action.source, "g");
  for (const match of window.matchAll(every)) {
    const before = window
      .slice(0, match.index)
      .split(/[,;:]|\bbut\b/)
      .at(-1)!;
    const near = before.trim().split(" ").slice(-5).join(" ");
    if (!negator.test(near)) return "stated";
    stance = "denied";
  }
  return stance;
}

/** What a text, cut into {@link windows}, says of a rule: its last clear word. */
export function stanceOf(said: readonly string[], wording: Wording): Stance {
  let stance: Stance = "silent";
  for (const window of said) {
    const here = stanceIn(window, wording);
    if (here !== "silent") stance = here;
  }
  return stance;
}
