import { expect, test } from "vitest";
import type { RunRecord } from "../run-record.ts";
import { summarize } from "../summary.ts";
import { barsOf } from "./charts.ts";
import { renderReport } from "./render-report.ts";

const hostile = `<script>alert("1")</script>' onload='x`;

function records(world: string, optimizer: string, shift: number): readonly RunRecord[] {
  return [0, 1, 2].map((seed) => ({
    world,
    optimizer,
    seed,
    noise: 0,
    persistent: false,
    budget: 100,
    rows: { train: 5, val: 5, test: 5 },
    code: "x",
    outcome: {
      score: 0.6 + shift + seed / 100,
      baseline: 0.5,
      optimum: 0.9,
      curve: [{ evaluations: 20, score: 0.6 + shift }],
      metricCalls: 90,
      lmCalls: 90,
      inputTokens: 1,
      outputTokens: 1,
      seconds: 1,
      end: "done",
    },
  }));
}

test("the page holds its charts, loads nothing and runs nothing, whatever its content", async () => {
  const all = ["a", hostile].flatMap((world) => [
    ...records(world, "randomSearch", 0),
    ...records(world, hostile, 0.1),
    { ...records(world, "broken", 0)[0]!, outcome: undefined, error: hostile } as unknown as RunRecord,
  ]);
  const input = { command: `bench ${hostile}`, commit: undefined, seeds: [0, 1, 2], node: "v1", rows: summarize(all) };
  const html = await renderReport(input, all);
  expect(html.match(/<svg/g)?.length).toBe(2 + 2 * 2);
  expect(html).not.toMatch(/<script|<link|<iframe|javascript:|@import|url\((?!#)/i);
  // outside of quoted values no element has such an attribute, and the values hold their quotes
  expect(html.replaceAll(/"[^"]*"/g, '""')).not.toMatch(/<[a-z]+[^>]*\sonload=/i);
  const addresses = html.match(/https?:\/\/[^"' <]*/g) ?? [];
  // the name of the SVG language, which nothing loads
  expect(addresses.filter((address) => !address.startsWith("http://www.w3.org/"))).toEqual([]);
  expect(html).toContain("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;");
  expect(html).toContain("seeds (0..2)");
});

test("bars join neighbours within the critical difference, and none lies in another", () => {
  expect(barsOf([1, 1.5, 2.4, 4], 1)).toEqual([
    { from: 1, to: 1.5 },
    { from: 1.5, to: 2.4 },
  ]);
  expect(barsOf([1, 1.2, 1.4], 1)).toEqual([{ from: 1, to: 1.4 }]);
  expect(barsOf([1, 3], 1)).toEqual([]);
});
