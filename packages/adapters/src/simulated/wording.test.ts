import { describe, expect, test } from "vitest";
import { judge } from "./judge.ts";
import { worlds } from "./worlds.ts";
import { stanceOf, windows } from "./wording.ts";
import { remarksOn } from "./reading/lesson.ts";

for (const world of Object.values(worlds)) {
  const statedIn = (text: string, module: string): readonly string[] => {
    const said = windows(text);
    return world.rules
      .filter((rule) => rule.module === module && stanceOf(said, rule) === "stated")
      .map((rule) => rule.id);
  };

  describe(`wording in ${world.name}`, () => {
    test.each(
      world.rules.flatMap((rule) =>
        [...rule.statements, rule.hint].map((text) => [rule.id, rule.module, text] as const),
      ),
    )("%s: its words mean it and no other rule of %s: %s", (id, module, text) => {
      expect(statedIn(text, module)).toEqual([id]);
    });

    test("every rule has three wordings, and the best instructions state exactly the true ones that are worth it", () => {
      for (const rule of world.rules) expect(new Set(rule.statements).size).toBeGreaterThanOrEqual(3);
      for (const module of world.program.modules) {
        const omits = world.optimum.omits ?? [];
        const own = world.rules.filter(
          (rule) => rule.module === module.name && rule.decoy !== true && !omits.includes(rule.id),
        );
        expect(statedIn(world.optimum.instructions[module.name]!, module.name)).toEqual(own.map((rule) => rule.id));
        expect(statedIn(module.instructions, module.name)).toEqual([]);
      }
    });

    test("no input states a rule", () => {
      for (const row of world.examples(500, 3)) {
        for (const module of world.program.modules)
          expect(statedIn(Object.values(row.input).join("\n"), module.name)).toEqual([]);
      }
    });

    test("feedback on a wrong answer names rules that the answer called for, and no others", () => {
      const rich = { ...world, feedback: "rich" } as const;
      let named = 0;
      const alien = world.examples(300, 4).flatMap((row) => {
        const asked = new Set<string>();
        const house = new Set(world.rules.filter((rule) => rule.decoy !== true).map((rule) => rule.id));
        world.solve(row.input, (id) => asked.add(id).has(id) && house.has(id));
        const answer = world.solve(row.input, () => false);
        const { feedback, byModule, score } = judge(rich, row, answer);
        return world.rules.filter((rule) => {
          const said = remarksOn([rule], byModule?.[rule.module] ?? feedback ?? "").size > 0;
          named += said ? 1 : 0;
          return said && (score === 1 || !asked.has(rule.id));
        });
      });
      expect(alien).toEqual([]);
      expect(named).toBeGreaterThan(100);
    });

    test("scores alone come without words", () => {
      const [row] = world.examples(1, 4);
      expect(Object.keys(judge({ ...world, feedback: "scores" }, row!, {}))).toEqual(["score"]);
    });
  });
}

describe("negation", () => {
  const rule = worlds["ticket-routing"].rules.find(({ id }) => id === "duplicate-charge")!;
  test.each([
    ["Duplicate charges go to billing.", "stated"],
    ["If someone has been charged twice, it's a payment matter. Send it to billing.", "stated"],
    ["Duplicate charges do not go to billing.", "denied"],
    ["Customers who paid twice should never be sent to billing.", "denied"],
    ["Double payments don't belong to billing", "denied"],
    ["Duplicate charges go not to bug, but to billing.", "stated"],
    ["Duplicate charges go to billing, never to bug.", "stated"],
    ["Duplicate charges go to billing. Correction: duplicate charges never go to billing.", "denied"],
    ["Duplicate charges go to bug.", "silent"],
    ["Questions about prices go to billing.", "silent"],
    ["- **Duplicate charges**: always `billing`", "stated"],
  ])("%s is %s", (text, stance) => {
    expect(stanceOf(windows(text), rule)).toBe(stance);
  });
});

describe("wordings that nobody wrote down for it", () => {
  test.each([
    ["ticket-routing", "duplicate-charge", "Route double-billed customers to Billing."],
    ["ticket-routing", "duplicate-charge", "If the same purchase was charged twice -> queue = billing"],
    ["ticket-routing", "lockout", "Login lockouts: security"],
    ["ticket-routing", "seats", "Buying extra licenses is for the Account team, not Sales."],
    ["ticket-routing", "cancellation", "When users say they're cancelling, hand them to sales."],
    ["ticket-routing", "personal-data", "GDPR and privacy matters are always assigned to security"],
    ["ticket-routing", "trial", "Anyone on a free trial should be sent to sales regardless of the issue."],
    ["ticket-routing", "anger", "Don't mark tickets urgent just because the customer is angry."],
    ["ticket-routing", "legal", "urgent = true if a lawyer or regulator is mentioned"],
    ["invoice-extraction", "iso-date", "The issue_date must be formatted as YYYY-MM-DD."],
    ["invoice-extraction", "currency-code", "currency: use the three letter ISO code"],
    ["invoice-extraction", "title-case", "Convert company names to Title Case."],
    ["invoice-extraction", "no-legal-form", "Remove suffixes like GmbH and Ltd from the company."],
    ["multi-hop-qa", "query-title", "Do not include titles (Dr, Professor) in the query."],
    ["multi-hop-qa", "query-abbreviation", "Acronyms have to be written out in full."],
    ["multi-hop-qa", "answer-year", "For dates give only the year."],
    ["multi-hop-qa", "answer-digits", "Express numbers as digits"],
  ] as const)("%s %s: %s", (name, id, text) => {
    const rule = worlds[name].rules.find((one) => one.id === id)!;
    expect(stanceOf(windows(text), rule)).toBe("stated");
  });
});
