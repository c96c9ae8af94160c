/** C0 and C1 controls, and the marks that reorder text on a screen (bidi embeddings, overrides and isolates). */
const unsafe = /(?![\n\t])[\p{Cc}\p{Bidi_Control}]/gu;

/**
 * Text from data or a model as it may be shown in a terminal: control characters and escapes are written out (`\x1b[31m`),
 * so that a row cannot recolour, move or rewrite the screen. Line feeds and tabs stay.
 */
export function safeText(text: string): string {
  return text.replaceAll(unsafe, (character) => {
    const code = character.codePointAt(0)!;
    return code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** {@link safeText} on one line, at most `maxLength` characters. */
export function oneLine(text: string, maxLength: number): string {
  return cut(safeText(text).replaceAll(/\s+/g, " ").trim(), maxLength);
}

/** At most `maxLength` characters, the last one an ellipsis when something was cut. */
export function cut(text: string, maxLength: number): string {
  const characters = Array.from(text);
  return characters.length <= maxLength ? text : `${characters.slice(0, Math.max(0, maxLength - 1)).join("")}…`;
}
