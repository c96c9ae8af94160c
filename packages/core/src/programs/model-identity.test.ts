import { expect, test } from "vitest";
import { evaluate } from "../judging/evaluate.ts";
import { scriptedModel } from "../testing/scripted-model.ts";
import { shorthand } from "../values/shorthand.ts";
import { optionalSpaceOf } from "./bind.ts";
import { memoryCache } from "./cache.ts";
import { twinRemarks } from "./model-identity.ts";
import { predict } from "./predict.ts";

const lm = scriptedModel(() => '{"b":"x"}');
const module = predict(shorthand("a -> b"));

test("two models with one identity are refused as default and choice, or as two choices", () => {
  // Capabilities are no part of a reply's key, so they tell nothing apart.
  const other = { ...lm, capabilities: { ...lm.capabilities, maxOutputTokens: 7 } };
  const refusal = expect.objectContaining({ code: "config", message: expect.stringContaining("endpoint") });
  expect(() => optionalSpaceOf(module, { default: lm, choices: { thinking: other } })).toThrow(refusal);
  expect(() => optionalSpaceOf(module, { default: { ...lm, modelId: "x" }, choices: { a: lm, b: other } })).toThrow(
    /models\.choices\.a and models\.choices\.b/,
  );
});

test("models that adapters made with equal settings are one model given twice: allowed, and remarked by a run", () => {
  const near = { ...lm, endpoint: "near" };
  const models = { default: near, choices: { again: { ...near } } };
  expect(() => optionalSpaceOf(module, models)).not.toThrow();
  expect(twinRemarks(models)).toEqual([
    expect.stringMatching(
      /^models\.default and models\.choices\.again say one identity, scripted\/scripted at near/,
    ) as string,
  ]);
  expect(twinRemarks({ default: near, choices: { same: near } })).toEqual([]);
  expect(twinRemarks(undefined)).toEqual([]);
  const wider = { ...near, capabilities: { ...near.capabilities, maxOutputTokens: 7 } };
  expect(() => optionalSpaceOf(module, { default: near, choices: { wider } })).toThrow(/one identity/);
});

test("so are they by an evaluation that chooses", async () => {
  const models = { default: lm, choices: { thinking: { ...lm } } };
  const candidate = { "b.instructions": "", "b.demos": '{"rows":[]}', model: "thinking" };
  const told = evaluate(module, {
    data: [{ input: { a: "" } }],
    metric: () => 1,
    models,
    candidate,
    cache: memoryCache(),
  });
  await expect(told).rejects.toMatchObject({ code: "config" });
});

test("one object in two places, an endpoint of its own, and other roles are fine", () => {
  const models = { default: lm, reflect: { ...lm }, choices: { same: lm, far: { ...lm, endpoint: "far" } } };
  expect(optionalSpaceOf(module, models)["model"]?.choices).toEqual(["default", "same", "far"]);
});
