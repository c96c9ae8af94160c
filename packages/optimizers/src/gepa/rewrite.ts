import { wholeNumber } from "../demos/limits.ts";
import type { Check } from "../proposals/hygiene.ts";
import { checked, hygiene, plainChecks } from "../proposals/hygiene.ts";
import { reflectionPrompt } from "./prompts.ts";
import type { Rewriting } from "./reflect.ts";
import { againstOf, partsOf } from "./reflect.ts";
import { ask } from "../proposals/ask.ts";
import { textAgain } from "../proposals/phrases.ts";
import type { Rewrite } from "../proposals/reply.ts";
import { blockIn } from "../proposals/reply.ts";

export type { Rewrite, Rewriting };

/** How the reflection model is asked for a better text. */
export interface RewriteRule {
  /** With its settings: part of the run's fingerprint. */
  readonly name: string;
  rewrite(rewriting: Rewriting): Promise<Rewrite>;
}

export interface RewriteOptions {
  /** What a proposed text must pass before it costs an evaluation, in order. Default `hygiene`. */
  readonly checks?: readonly Check[];
  /** Further calls at most when a text does not pass, each told why, from 0. Default 1. */
  readonly retries?: number;
  /** How many of the latest texts that were turned down for the component the model is shown, from 0. Default 3. */
  readonly memory?: number;
}

/** Options with every default in place. */
export type RewriteSettings = Required<RewriteOptions>;

/** Throws `config` errors for options out of range. */
export function rewriteSettings({ checks = hygiene, retries = 1, memory = 3 }: RewriteOptions): RewriteSettings {
  wholeNumber("gepa", "retries of a rewrite", retries, 0);
  wholeNumber("gepa", "memory of a rewrite", memory, 0);
  return { checks, retries, memory };
}

/** A rule's name with all that changes what it asks. */
export function rewriteName(rule: string, { checks, retries, memory }: RewriteSettings): string {
  return `${rule}([${checks.map(({ name }) => name).join(", ")}], ${retries}, ${memory})`;
}

/**
 * The whole text anew; 1 to 1 + `retries` calls. Throws `config` errors for options out of range. The model is told what
 * the checks ask for and, with `memory`, what was tried in vain.
 */
export function wholeText(options: RewriteOptions = {}): RewriteRule {
  const settings = rewriteSettings(options);
  const { checks, retries, memory } = settings;
  return {
    name: rewriteName("wholeText", settings),
    rewrite(rewriting) {
      const against = againstOf(rewriting);
      return ask(rewriting.study, {
        prompt: reflectionPrompt(partsOf(rewriting, checks, memory)),
        retries,
        again: textAgain,
        read: (answer) => checked(blockIn(answer), against, checks),
      });
    },
  };
}

/** What the published algorithm does: one call, and any new text in a finished block that the component allows. */
export const plainText: RewriteRule = wholeText({ checks: plainChecks, retries: 0, memory: 0 });
