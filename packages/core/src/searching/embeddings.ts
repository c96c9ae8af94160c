import { CultivarError } from "../ground/errors.ts";
import type { Gateway } from "../programs/gateway.ts";
import type { Embedder, Models } from "../values/language-model.ts";
import type { Study } from "./optimizer.ts";
import { inFlight } from "./in-flight.ts";

/** The embedders that an optimizer may use, by name. */
export interface Embeddings extends Pick<Study, "embedders" | "embed"> {
  settled(): Promise<void>;
}

/** Embeds through the gateway: equal lists of texts are one call of the run, journaled before it is used. */
export function embeddings({
  models,
  gateway,
}: {
  readonly models: Models | undefined;
  readonly gateway: Pick<Gateway, "embed">;
}): Embeddings {
  const { track, settled } = inFlight();
  const given = models?.embedders ?? {};
  const names = Object.freeze(Object.keys(given));
  return {
    embedders: names,
    async embed(name, texts) {
      if (!Object.hasOwn(given, name)) throw notGiven(name, names);
      // a copy: what is embedded is what the key says, whatever the caller does to its list meanwhile
      return texts.length === 0 ? [] : track(gateway.embed(sound(given[name]!, name), [...texts]));
    },
    settled,
  };
}

function notGiven(name: string, names: readonly string[]): CultivarError {
  const known = names.length === 0 ? "none is given" : `given: ${names.join(", ")}`;
  return new CultivarError(
    "config",
    `embed: no embedder is named ${JSON.stringify(name)} (${known}); give it in models.embedders`,
  );
}

/** The embedder, whose vectors are looked at before they are journaled: wrong ones would come back on every resume. */
function sound(embedder: Embedder, name: string): Embedder {
  const { provider, modelId, endpoint, price } = embedder;
  return {
    provider,
    modelId,
    ...(endpoint !== undefined && { endpoint }),
    ...(price !== undefined && { price }),
    async embed(texts, options) {
      const answer = await embedder.embed(texts, options);
      const { vectors } = answer;
      const length = vectors[0]?.length;
      const bad = vectors.findIndex((one) => one.length === 0 || one.length !== length || !one.every(Number.isFinite));
      if (vectors.length === texts.length && bad === -1) return answer;
      const got = bad === -1 ? `${vectors.length} vectors` : `another length or no finite number in vector ${bad}`;
      throw new CultivarError(
        "config",
        `embed: the embedder ${JSON.stringify(name)} must give one vector per text, all of one length from 1 and of finite numbers; for ${texts.length} texts it gave ${got}`,
      );
    },
  };
}
