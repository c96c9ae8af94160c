import { CultivarError } from "../ground/errors.ts";
import type { LanguageModel, Models } from "../values/language-model.ts";

/** What replies are kept under, beside the request: two models that say the same here share their replies. */
export function modelIdentity({ provider, modelId, endpoint }: LanguageModel): readonly string[] {
  return [provider, modelId, endpoint ?? ""];
}

/**
 * Throws `config` when two different models among the default and the choices say one identity (the same model with
 * other settings, say): each would be judged by the other's replies. Capabilities tell none apart, since they are no
 * part of a reply's key. `reflect` and `judge` are left alone: they are never asked what a program's modules are.
 */
export function refuseTwins(models: Models): void {
  const first = new Map<string, { readonly role: string; readonly lm: LanguageModel }>();
  const roles = Object.entries(models.choices ?? {}).map(([name, lm]) => [`models.choices.${name}`, lm] as const);
  for (const [role, lm] of [["models.default", models.default] as const, ...roles]) {
    // What is no model at all is told of elsewhere.
    if (typeof lm !== "object" || lm === null) continue;
    const key = JSON.stringify(modelIdentity(lm));
    const twin = first.get(key);
    if (twin === undefined) first.set(key, { role, lm });
    else if (twin.lm !== lm)
      throw new CultivarError(
        "config",
        `${twin.role} and ${role} are two models with one identity, ${lm.provider}/${lm.modelId}${lm.endpoint === undefined ? "" : ` at ${lm.endpoint}`}, and would share their replies; give one of them an endpoint of its own, say { ...model, endpoint: ${JSON.stringify(`${lm.endpoint ?? ""}#${role.split(".").at(-1)}`)} }, or give the same object in both places`,
      );
  }
}
