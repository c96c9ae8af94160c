import type { Schema } from "./schema.ts";
import type { CheckedShorthand, ShorthandOptions, ShorthandSignature } from "./shorthand.ts";
import { shorthand } from "./shorthand.ts";
import type { Signature, SignatureSpec } from "./signature.ts";
import { signature as fromSpec } from "./signature.ts";

/** Declares a signature from its parts: `signature({ name, instructions, input: z.object(...), output: z.object(...) })`. */
export function signature<I extends Schema, O extends Schema>(spec: SignatureSpec<I, O>): Signature<I, O>;
/** Declares a signature in short: `signature("question, context: string[] -> answer, confidence: number")`. */
export function signature<const Text extends string>(
  text: CheckedShorthand<Text>,
  options?: ShorthandOptions,
): ShorthandSignature<Text>;
export function signature(spec: string | SignatureSpec<Schema, Schema>, options?: ShorthandOptions): Signature {
  return typeof spec === "string" ? (shorthand(spec as never, options) as Signature) : fromSpec(spec);
}
