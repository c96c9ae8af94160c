import type { Embedder } from "../values/language-model.ts";
import { inTurn } from "./ask-model.ts";
import { currentScope } from "./scope.ts";

/** Vectors for texts, in order; metered, deduplicated and journaled inside evaluate and compile. */
export async function embed(
  embedder: Embedder,
  texts: readonly string[],
  options: { readonly signal?: AbortSignal } = {},
): Promise<readonly (readonly number[])[]> {
  const scope = currentScope();
  if (scope?.gateway === undefined) return (await embedder.embed(texts, options)).vectors;
  return inTurn(scope, scope.gateway.embed(embedder, texts));
}
