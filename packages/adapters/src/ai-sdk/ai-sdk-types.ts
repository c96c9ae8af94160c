import type { JsonSchema } from "@cultivar/core";

/**
 * The part of the AI SDK's language model interface that is used here, versions 2 to 4, written down structurally: no
 * package of the AI SDK is needed, and every provider package of it fits.
 */
export interface AiSdkModel {
  readonly specificationVersion: string;
  readonly provider: string;
  readonly modelId: string;
  // Each version has its own types of options and results, and no common one could be both true and assignable. `never`
  // lets every version's method fit; what is really passed is an AiSdkCall, and the result is read member by member.
  doGenerate(options: never): PromiseLike<object>;
}

/** The options that go in: members that all three versions know, in the form they share. */
export interface AiSdkCall {
  readonly prompt: AiSdkMessage[];
  readonly maxOutputTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly stopSequences?: string[];
  readonly responseFormat?: { readonly type: "json"; readonly schema: JsonSchema; readonly name: string };
  readonly tools?: { type: "function"; name: string; description: string; inputSchema: JsonSchema }[];
  readonly toolChoice?: { readonly type: "auto" | "required" | "none" };
  readonly abortSignal?: AbortSignal;
  readonly headers?: Record<string, string>;
  readonly providerOptions?: Record<string, Record<string, boolean>>;
}

/** A message of the prompt. */
export type AiSdkMessage =
  | { readonly role: "system"; readonly content: string; readonly providerOptions?: AiSdkProviderOptions }
  | {
      readonly role: "user" | "assistant" | "tool";
      readonly content: readonly AiSdkPart[];
      readonly providerOptions?: AiSdkProviderOptions;
    };

/** Options for single providers, by their name. */
export type AiSdkProviderOptions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A part of a message; `data` of a file is tagged from version 4 on. */
export type AiSdkPart =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "file"; readonly mediaType: string; readonly data: unknown; readonly filename?: string }
  | { readonly type: "tool-call"; readonly toolCallId: string; readonly toolName: string; readonly input: unknown }
  | {
      readonly type: "tool-result";
      readonly toolCallId: string;
      readonly toolName: string;
      readonly output: { readonly type: "text"; readonly value: string };
    };
