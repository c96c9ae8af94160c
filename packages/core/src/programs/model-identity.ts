import { CultivarError } from "../ground/errors.ts";
import { canonicalJson } from "../ground/hash.ts";
import type { LanguageModel, Models } from "../values/language-model.ts";

/** What replies are kept under, beside the request: two models that say the same here share their replies. */
export function modelIdentity({ provider, modelId, endpoint }: LanguageModel): readonly string[] {
  return [provider, modelId, endpoint ?? ""];
}

/** Two objects that say one identity, by the roles in which they are given. */
interface Twins {
  readonly roles: readonly [string, string];
  readonly models: readonly [LanguageModel, LanguageModel];
}

/** Different objects among the default and the choices that say one identity. `reflect` and `judge` are asked other things. */
function twinsOf(models: Models): readonly Twins[] {
  const first = new Map<string, { readonly role: string; readonly lm: LanguageModel }>();
  const roles = Object.entries(models.choices ?? {}).map(([name, lm]) => [`models.choices.${name}`, lm] as const);
  return [["models.default", models.default] as const, ...roles].flatMap(([role, lm]): readonly Twins[] => {
    // What is no model at all is told of elsewhere.
    if (typeof lm !== "object" || lm === null) return [];
    const key = JSON.stringify(modelIdentity(lm));
    const twin = first.get(key);
    if (twin === undefined) first.set(key, { role, lm });
    return twin === undefined || twin.lm === lm ? [] : [{ roles: [twin.role, role], models: [twin.lm, lm] }];
  });
}

/**
 * Throws `config` when two models among the default and the choices say one identity and may well differ: their
 * capabilities do, or they have no `endpoint`, which is where adapters put the settings that change replies. Each would
 * be judged by the other's replies.
 */
export function refuseTwins(models: Models): void {
  for (const { roles, models: pair } of twinsOf(models)) {
    const [one, other] = pair;
    const { endpoint } = other;
    if (endpoint !== undefined && canonicalJson(one.capabilities) === canonicalJson(other.capabilities)) continue;
    const own = `${endpoint ?? ""}#${roles[1].split(".").at(-1)}`;
    throw new CultivarError(
      "config",
      `${roles.join(" and ")} are two models with one identity, ${nameOf(other)}, and would share their replies; give one of them an endpoint of its own, say { ...model, endpoint: ${JSON.stringify(own)} }, or give the same object in both places`,
    );
  }
}

/** What a run should say of models that look the same: they share replies. */
export function twinRemarks(models: Models | undefined): readonly string[] {
  return twinsOf(models ?? ({} as Models)).map(
    ({ roles, models: [one] }) =>
      `${roles.join(" and ")} say one identity, ${nameOf(one)}, and share their replies: right for one model given twice; a model with other settings needs a name or an endpoint of its own`,
  );
}

function nameOf({ provider, modelId, endpoint }: LanguageModel): string {
  return `${provider}/${modelId}${endpoint === undefined ? "" : ` at ${endpoint}`}`;
}
