import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sectionsOf } from "./sections.ts";

const read = (text: string, names: readonly string[]): readonly (readonly [string, string])[] =>
  sectionsOf(text, names).map(({ name, value }) => [name, value] as const);

describe("sectionsOf", () => {
  const names = ["ticket", "queue", "search_query"];
  test.each<[string, string, readonly (readonly [string, string])[]]>([
    [
      "markers",
      "[[ ## ticket ## ]]\nI was charged.\n\n[[ ## queue ## ]]\nbug\n\n[[ ## completed ## ]]",
      [
        ["ticket", "I was charged."],
        ["queue", "bug"],
      ],
    ],
    ["a skeleton", "[[ ## ticket ## ]]\n{ticket}\n\n[[ ## queue ## ]]\n{queue}        # note: exactly one of a; b", []],
    [
      "lines",
      "Ticket: I was charged.\nQueue: bug",
      [
        ["ticket", "I was charged."],
        ["queue", "bug"],
      ],
    ],
    [
      "bold lines",
      "**Ticket:** hi\n**Search query**: it",
      [
        ["ticket", "hi"],
        ["search_query", "it"],
      ],
    ],
    [
      "headings",
      "### ticket\nhi\nthere\n\n### queue\nbug\n",
      [
        ["ticket", "hi\nthere"],
        ["queue", "bug"],
      ],
    ],
    [
      "tags",
      "<ticket>hi</ticket>\n<queue>\nbug\n</queue>",
      [
        ["ticket", "hi"],
        ["queue", "bug"],
      ],
    ],
    [
      "JSON",
      '{"ticket": "a \\"b\\"\\nc", "queue": "bug", "searchQuery": null}',
      [
        ["ticket", 'a "b"\nc'],
        ["queue", "bug"],
        ["search_query", "null"],
      ],
    ],
    [
      "a Python dict",
      "Example({'ticket': 'it\\'s', 'queue': 'bug'})",
      [
        ["ticket", "it's"],
        ["queue", "bug"],
      ],
    ],
    ["a list", '{"ticket": ["a", "b"]}', [["ticket", "a\nb"]]],
    ["a JSON schema", '{"properties": {"queue": {"type": "string"}}}', []],
    ["a value up to the blank line", "ticket: hi\n\nRespond with the queue.", [["ticket", "hi"]]],
    ["an empty label", "Ticket: hi\nQueue:", [["ticket", "hi"]]],
    ["a word in a sentence", "The ticket: it is here", []],
  ])("%s", (_name, text, expected) => {
    expect(read(text, names)).toEqual(expected);
  });

  test("any JSON string comes back as it went in", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (value) => {
        fc.pre(!/^(?:[{<$]|\.{3}|…)/.test(value));
        expect(read(JSON.stringify({ ticket: value }), ["ticket"])[0]).toEqual(["ticket", value]);
      }),
    );
  });

  test("never fails, and spans are in order", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const found = sectionsOf(`ticket: ${text}\nqueue: ${text}`, names);
        for (let i = 1; i < found.length; i++) expect(found[i]!.start).toBeGreaterThanOrEqual(found[i - 1]!.start);
      }),
    );
  });
});
