import type { Embedder } from "../values/language-model.ts";
import { currentScope } from "./scope.ts";

/** Vectors for texts, in order; metered, deduplicated and journaled inside evaluate and compile. */
export async function embed(
  embedder: Embedder,
  texts: readonly string[],
  options: { readonly signal?: AbortSignal } = {},
): Promise<readonly (readonly number[])[]> {
  const gateway = currentScope()?.gateway;
  return gateway === undefined ? (await embedder.embed(texts, options)).vectors : gateway.embed(embedder, texts);
}
