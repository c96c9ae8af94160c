import { expect, test } from "vitest";
import { commandOf } from "./command.ts";

test("a command is told without the paths of the machine", () => {
  expect(commandOf("bench", ["--quick", "--out", "/a/b.json", "--seeds", "0..3"])).toBe(
    "npm run bench -- --quick --seeds 0..3",
  );
  expect(commandOf("bench:peers", ["--python", "/x/python"])).toBe("npm run bench:peers");
});
