import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as fc from "fast-check";
import { afterAll, describe, expect, expectTypeOf, test, vi } from "vitest";
import { csv, json, jsonl, jsonlRows } from "./datasets.ts";

const root = mkdtempSync(join(tmpdir(), "cultivar-data-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(mkdtempSync(join(root, "d-")), name);
  writeFileSync(path, content);
  return path;
}

const qa = (row: { question: string; answer: string }) => ({ input: { question: row.question }, expected: row.answer });
const two = [
  { input: { question: "1+1" }, expected: "2" },
  { input: { question: "2+2" }, expected: "4" },
];

describe("well-formed files", () => {
  test.each([
    ["lines", '{"question":"1+1","answer":"2"}\n{"question":"2+2","answer":"4"}\n'],
    ["no last line feed", '{"question":"1+1","answer":"2"}\n{"question":"2+2","answer":"4"}'],
    ["CRLF", '{"question":"1+1","answer":"2"}\r\n{"question":"2+2","answer":"4"}\r\n'],
    ["a byte order mark", '\ufeff{"question":"1+1","answer":"2"}\n{"question":"2+2","answer":"4"}\n'],
    ["blank lines", '\n{"question":"1+1","answer":"2"}\n  \n\r\n{"question":"2+2","answer":"4"}\n\n'],
  ])("jsonl reads %s", async (_name, text) => {
    const path = file("train.jsonl", text);
    expect(await jsonl(path, qa)).toEqual(two);
    expect(await jsonl(pathToFileURL(path), qa)).toEqual(two);
  });

  test.each([
    ["lines", "question,answer\n1+1,2\n2+2,4\n"],
    ["no last line feed", "question,answer\n1+1,2\n2+2,4"],
    ["CRLF", "question,answer\r\n1+1,2\r\n2+2,4\r\n"],
    ["a byte order mark", "\ufeffquestion,answer\n1+1,2\n2+2,4\n"],
    ["quotes", '"question","answer"\n"1+1","2"\n2+2,"4"\n'],
    ["blank lines and other columns", "id,question,answer\n\n7,1+1,2\n\n8,2+2,4\n"],
  ])("csv reads %s", async (_name, text) => {
    expect(await csv(file("train.csv", text), qa)).toEqual(two);
  });

  test("csv keeps commas, quotes and line ends in quoted values", async () => {
    const path = file("t.csv", 'text,label\r\n"a, ""b""\r\nc",x\r\n"\nd\n",y\r\n');
    const rows = await csv(path, (row: { text: string; label: string }) => ({ input: row.text, expected: row.label }));
    expect(rows).toEqual([
      { input: 'a, "b"\r\nc', expected: "x" },
      { input: "\nd\n", expected: "y" },
    ]);
  });

  test("json reads an array", async () => {
    const text = JSON.stringify(
      two.map(({ input, expected }) => ({ ...input, answer: expected })),
      null,
      2,
    );
    expect(await json(file("train.json", `\ufeff${text}`), qa)).toEqual(two);
  });

  test("rows in example form need no map, and keep their other fields", async () => {
    const rows = [{ input: { a: 1 }, expected: true, group: "g", tags: ["t"], difficulty: 3 }, { input: "plain text" }];
    expect(await jsonl(file("t.jsonl", rows.map((row) => JSON.stringify(row)).join("\n")))).toEqual(rows);
    expect(await json(file("t.json", JSON.stringify(rows)))).toEqual(rows);
    expect(await csv(file("t.csv", "input,expected\na,b\n"))).toEqual([{ input: "a", expected: "b" }]);
  });

  test("the map is told the row's index", async () => {
    const path = file("t.jsonl", '{"a":"x"}\n\n{"a":"y"}\n');
    expect(await jsonl(path, (row, index) => ({ input: row["a"], group: `g${index}` }))).toEqual([
      { input: "x", group: "g0" },
      { input: "y", group: "g1" },
    ]);
  });

  test("jsonlRows streams: what comes first is handed out before what comes later is read", async () => {
    const path = file("t.jsonl", `${'{"n":1}\n'.repeat(100_000)}not JSON\n`);
    let count = 0;
    for await (const row of jsonlRows(path)) {
      expect(row).toEqual({ n: 1 });
      if (++count === 50) break;
    }
    expect(count).toBe(50);
  });

  test("any text survives both formats, also where chunks meet", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: "grapheme" }), { minLength: 1, maxLength: 20 }),
        fc.nat(300_000),
        async (texts, pad) => {
          const values = [...texts, "é".repeat(pad)];
          const rows = values.map((input) => ({ input }));
          expect(await jsonl(file("t.jsonl", rows.map((row) => JSON.stringify(row)).join("\n")))).toEqual(rows);
          const quoted = values.map((text) => `"${text.replaceAll('"', '""')}",1`).join("\n");
          expect(await csv(file("t.csv", `input,n\n${quoted}`), ({ input }) => ({ input }))).toEqual(rows);
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe("errors name the place", () => {
  const deep = `${"[".repeat(200_000)}1${"]".repeat(200_000)}`;

  test.each<[string, string | Uint8Array, string, RegExp]>([
    ["a malformed line in the middle", '{"input":1}\n\n{"input":\n{"input":2}\n', ":3", /one JSON object per line/],
    ["NaN", '{"input":NaN}', ":1", /one JSON object per line/],
    ["an array", '{"input":1}\n[1,2]', ":2", /got an array/],
    ["null", "null", ":1", /got null/],
    ["__proto__", '{"input":{"__proto__":{"admin":true}}}', ":1", /"__proto__" is not allowed/],
    ["constructor", '{"constructor":1,"input":2}', ":1", /"constructor" is not allowed/],
    ["depth", `{"input":1}\n{"input":${deep}}`, ":2", /no JSON/],
    ["bytes that are not UTF-8", Buffer.from('{"input":"\xff"}', "latin1"), ":1", /save the file as UTF-8/],
    ["UTF-16", Buffer.from('\ufeff{"input":1}', "utf16le"), ":1", /save the file as UTF-8/],
    ["group of another type", '{"input":1,"group":2}', ":1", /group to be a string, got number/],
    ["tags of another type", '{"input":1,"tags":"a"}', ":1", /tags to be an array of strings/],
    ["an empty file", "", "", /at least one row, got none/],
    ["a blank file", "\n \r\n", "", /at least one row, got none/],
  ])("jsonl: %s", async (_name, content, at, pattern) => {
    const path = file("train.jsonl", content);
    const reading = jsonl(path);
    await expect(reading).rejects.toMatchObject({ code: "data", message: expect.stringMatching(pattern) as string });
    await expect(reading).rejects.toThrow(`${path}${at}: `);
  });

  test.each<[string, string | Uint8Array, string, RegExp]>([
    ["too few values", 'input,b\r\n"x\r\ny",2\r\n\r\n3\r\n4,5', ":5", /expected 2 values \(input, b\), got 1/],
    ["too many values", "input,b\n1,2\n3,4,5\n4,5", ":3", /expected 2 values \(input, b\), got 3/],
    ["a quote that is not closed", 'input,b\n1,"2\n', ":2", /malformed CSV/],
    ["a quote in the middle", 'input,b\n1,2\n3,"4"5\n', ":3", /malformed CSV/],
    ["__proto__", "input,__proto__\n1,2\n", ":1", /"__proto__" is not allowed/],
    ["a column twice", "input,input\n1,2\n", ":1", /"input" twice/],
    ["a column without a name", "input,\n1,2\n", ":1", /column 2 has none/],
    ["bytes that are not UTF-8", Buffer.from("input\n\xff\n", "latin1"), "", /save the file as UTF-8/],
    ["an empty file", "", "", /at least one row, got none/],
    ["a header alone", "input,b\n", "", /at least one row, got none/],
  ])("csv: %s", async (_name, content, at, pattern) => {
    const path = file("train.csv", content);
    const reading = csv(path);
    await expect(reading).rejects.toMatchObject({ code: "data", message: expect.stringMatching(pattern) as string });
    await expect(reading).rejects.toThrow(`${path}${at}: `);
  });

  test("csv: a row over several lines is named by its first", async () => {
    const path = file("t.csv", 'a,b\r\n"1\r\n2","3\r\n"\r\n\r\n4,"5\r\n6"\r\nboom,7\r\n');
    const places: string[] = [];
    for (const target of ["1\r\n2", "4", "boom"]) {
      const reading = csv(path, (row) => {
        if (row["a"] === target) throw new Error("here");
        return { input: 1 };
      });
      await reading.catch((error: Error) => places.push(error.message.slice(path.length, path.length + 3)));
    }
    expect(places).toEqual([":2:", ":6:", ":8:"]);
  });

  test.each([
    ["no JSON", '[{"input":1},\n{"input":}]', /train\.json: expected a JSON array of rows, got what is no JSON/],
    ["no array", '{"input":1}', /got object; wrap the rows in \[ \]/],
    ["a row that is no object", '[{"input":1}, 5]', /train\.json: row 2: expected an object like .*, got a number/],
    ["an empty array", "[]", /at least one row/],
    ["nothing", "", /at least one row/],
    ["__proto__", '[{"input":{"__proto__":1}}]', /"__proto__" is not allowed/],
  ])("json: %s", async (_name, text, pattern) => {
    await expect(json(file("train.json", text))).rejects.toMatchObject({
      code: "data",
      message: expect.stringMatching(pattern) as string,
    });
  });

  test("rows without input show the columns and a map to begin with", async () => {
    const path = file("train.csv", "question,final answer\na,b\n");
    await expect(csv(path)).rejects.toThrow(
      `${path}:2: expected a row { input, expected? }, got the columns question, final answer; ` +
        `give a map, for example csv(${JSON.stringify(path)}, (row) => ({ input: { question: row.question }, expected: row["final answer"] }))`,
    );
  });

  test("a map that throws, or returns no input, names the row", async () => {
    const path = file("t.jsonl", '{"a":"x"}\n{"b":"y"}\n');
    const throwing = jsonl(path, (row: { a: string }) => ({ input: row.a.trim() }));
    await expect(throwing).rejects.toThrow(`${path}:2: the map of jsonl() threw on this row (Cannot read properties`);
    await expect(throwing).rejects.toThrow(/columns here: b$/);
    await expect(jsonl(path, (row) => ({ input: row["a"] }))).rejects.toThrow(`${path}:2: expected the map to return`);
  });

  test.each([
    ["jsonl", jsonl],
    ["csv", csv],
    ["json", json],
  ] as const)("%s: a path that is not there, and one that is a folder", async (_name, read) => {
    const missing = join(root, "no-such-file");
    await expect(read(missing)).rejects.toMatchObject({ code: "data", fields: { path: missing } });
    await expect(read(missing)).rejects.toThrow(/there is no such file/);
    await expect(read(root)).rejects.toMatchObject({
      code: "data",
      message: expect.stringMatching(/folder/) as string,
    });
  });

  test("csv without csv-parse says how to install it", async () => {
    vi.doMock("csv-parse", () => {
      throw new Error("Cannot find package 'csv-parse'");
    });
    try {
      await expect(csv(file("t.csv", "input\n1\n"))).rejects.toMatchObject({
        code: "missing-package",
        message: expect.stringContaining("npm install csv-parse") as string,
      });
    } finally {
      vi.doUnmock("csv-parse");
    }
  });
});

test("types come from the map", () => {
  const read = () =>
    jsonl("x", (row: { q: string; n: number }) => ({ input: { question: row.q }, expected: row.n, hard: true }));
  expectTypeOf(read).returns.resolves.toEqualTypeOf<
    readonly { input: { question: string }; expected: number; hard: boolean }[]
  >();
  const unannotated = () => jsonl("x", (row) => ({ input: row["q"] }));
  expectTypeOf(unannotated).returns.resolves.toEqualTypeOf<readonly { input: unknown }[]>();
  const strings = () => csv("x", (row) => ({ input: { q: row["q"] ?? "" } }));
  expectTypeOf(strings).returns.resolves.toEqualTypeOf<readonly { input: { q: string } }[]>();
  // @ts-expect-error a map must give `input`
  const wrong = () => csv("x", (row) => ({ question: row["q"] }));
  expectTypeOf(wrong).toBeFunction();
});
