import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { convert, unitName } from "./units.ts";

describe("convert, through the real mathjs", () => {
  test.each([
    [5, "km", "m", 5000],
    [1, "inch", "cm", 2.54],
    [90, "km/h", "m/s", 25],
    [60, "miles per hour", "mph", 60],
    [100, "°C", "°F", 212],
    [2, "litres", "ml", 2000],
    [1, "m^2", "cm^2", 10000],
    [1, "µm", "nm", 1000],
    [2, "hours", "minutes", 120],
  ])("%d %s in %s", async (value, from, to, result) => {
    const converted = await convert(value, from, to);
    expect((converted as { value: number }).value).toBeCloseTo(result, 9);
  });

  test("other dimensions and unknown units are said", async () => {
    expect(await convert(5, "km", "kg")).toEqual({ problem: "other-dimension", unit: "km" });
    expect(await convert(5, "eggs", "kg")).toEqual({ problem: "unknown-unit", unit: "eggs" });
    expect(await convert(5, "kg", "eggs")).toEqual({ problem: "unknown-unit", unit: "eggs" });
  });

  test("without mathjs: the install command", async () => {
    const missing = (): Promise<never> => Promise.reject(new Error("Cannot find package 'mathjs'"));
    await expect(convert(5, "km", "m", missing)).rejects.toMatchObject({
      code: "missing-package",
      message: expect.stringContaining("npm install mathjs") as string,
    });
  });
});

describe("what never reaches mathjs", () => {
  test.each([
    "zeros(1e9)",
    "f(x)=f(x)",
    "km;1",
    "km 5",
    "m^999",
    "m^m",
    "(m)",
    "a".repeat(25),
    "m*".repeat(9),
    "m".concat("*m".repeat(6)),
    "",
    "2 m",
  ])("%j", async (text) => {
    expect(unitName(text)).toBeUndefined();
    const load = (): Promise<never> => Promise.reject(new Error("loaded"));
    expect(await convert(1, text, "m", load)).toEqual({ problem: "unknown-unit", unit: text });
    expect(await convert(1, "m", text, load)).toEqual({ problem: "unknown-unit", unit: text });
  });
});

test("plain numbers never load mathjs, two units do", () => {
  const entry = new URL("./index.ts", import.meta.url).href;
  const script = `
    import { createRequire, registerHooks } from "node:module";
    let loads = 0;
    registerHooks({ resolve: (name, context, next) => { if (name.startsWith("mathjs")) loads++; return next(name, context); } });
    const { numericEquality } = await import(${JSON.stringify(entry)});
    const score = async (expected, answer) => (await numericEquality("answer").score({ example: { expected }, output: { answer } })).score;
    const plain = [await score(18, "$18"), await score("1,000 m", "1000 m"), await score(5, "5 km"), loads];
    const units = [await score("5000 m", "5 km"), loads];
    process.stdout.write(JSON.stringify({ plain, units }));`;
  const out = execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  expect(JSON.parse(out)).toEqual({ plain: [1, 1, 1, 0], units: [1, 1] });
});
