import { existsSync } from "node:fs";
import type { Candidate, LanguageModel, Message, Models, Request, Response, Span, Trace } from "@cultivar/core";
import { CultivarError, isCultivarError, load, messageOf, parseJsonSafely, spansOf } from "@cultivar/core";
import { codeOf } from "../config/code.ts";
import { loadConfig } from "../config/load-config.ts";
import { exitCodes } from "../exit-codes.ts";
import { promptLines } from "../format/messages.ts";
import type { CommonFlags, Io } from "../io.ts";
import { printJson } from "../io.ts";
import { sampleOf } from "../json-sample.ts";
import type { ReadyTarget } from "../ready-target.ts";
import { pickTarget, readArtifact, readyTarget } from "../ready-target.ts";

export interface PromptFlags extends CommonFlags {
  readonly module?: string;
  readonly input?: string;
  readonly baseline?: boolean;
}

/** What one module sends: its messages, and the JSON schema of the reply when one is asked for. */
export interface SentPrompt {
  readonly module: string;
  readonly messages: readonly Message[];
  readonly output: Request["output"];
}

/**
 * Shows the messages that a target's modules send, with the artifact's texts and demos when there is one. The program runs
 * once on one input, with a stand-in for its models that answers placeholders: no call is made. Returns the exit code.
 */
export async function promptCommand(io: Io, name: string | undefined, flags: PromptFlags): Promise<number> {
  const loaded = await loadConfig(io.cwd, flags.config);
  const ready = readyTarget(loaded, pickTarget(loaded, name), codeOf(loaded.file), () => {});
  const hasArtifact = existsSync(ready.artifactFile) && flags.baseline !== true;
  const candidate = hasArtifact ? load(ready.program, await readArtifact(ready.artifactFile)) : undefined;
  if (flags.input === undefined)
    io.err(`note  the input is the first row of data.train; give another with --input JSON\n`);
  if (!hasArtifact && flags.baseline !== true) io.err(`note  no artifact yet: these are the initial prompts\n`);
  const prompts = await sentPrompts(ready, candidate, inputOf(ready, flags.input));
  const shown = chosen(ready, prompts, flags.module);
  if (flags.json === true) {
    const { module, messages, output } = shown[0]!;
    const rest = shown.length > 1 ? { modules: shown } : { module, messages, ...(output !== undefined && { output }) };
    printJson(io, { target: ready.name, compiled: hasArtifact, ...rest });
  } else {
    io.out(`${shown.flatMap(promptLines).join("\n")}\n`);
  }
  return exitCodes.ok;
}

function inputOf({ name, target }: ReadyTarget, given: string | undefined): unknown {
  if (given === undefined) return target.data.train[0]?.input;
  try {
    return parseJsonSafely(given);
  } catch (cause) {
    throw new CultivarError(
      "config",
      `${name}: expected --input to be JSON, got ${messageOf(cause)}; quote it for the shell: --input '{"field": "text"}'`,
      { cause },
    );
  }
}

/** Runs the program once, and reads what each module sent from the trace; each module's first call counts. */
async function sentPrompts(
  { name, program, target }: ReadyTarget,
  candidate: Candidate | undefined,
  input: unknown,
): Promise<readonly SentPrompt[]> {
  const outputs = new Map<string, Request["output"]>();
  const models = target.models === undefined ? undefined : standIns(target.models, outputs);
  let trace: Trace | undefined;
  const binding = {
    ...(models !== undefined && { models }),
    ...(candidate !== undefined && { candidate }),
    onTrace: (done: Trace) => void (trace = done),
  };
  const failure = await program
    .with(binding as never)(input)
    .then(
      () => undefined,
      (error: unknown) => error,
    );
  const prompts =
    trace === undefined
      ? []
      : [...firstCalls(trace)].map(([module, messages]) => ({
          module,
          messages,
          output: outputs.get(keyOf(messages)),
        }));
  if (prompts.length > 0) return prompts;
  if (isCultivarError(failure)) throw failure;
  const why = failure === undefined ? "it asked no model" : messageOf(failure);
  throw new CultivarError(
    "config",
    `${name}: expected the program to send a prompt for this input, but ${why}; try another --input`,
    { cause: failure },
  );
}

const keyOf = (messages: readonly Message[]): string => JSON.stringify(messages);

function firstCalls(trace: Trace): ReadonlyMap<string, readonly Message[]> {
  const found = new Map<string, readonly Message[]>();
  for (const span of spansOf(trace)) {
    if (span.kind !== "module" || found.has(span.path)) continue;
    const call = span.children.find((child: Span) => child.kind === "lm");
    if (call?.kind === "lm") found.set(span.path, call.messages);
  }
  return found;
}

function chosen(
  { name }: ReadyTarget,
  prompts: readonly SentPrompt[],
  module: string | undefined,
): readonly SentPrompt[] {
  if (module === undefined) return prompts;
  const found = prompts.filter((prompt) => prompt.module === module || prompt.module.replace(/\.$/, "") === module);
  if (found.length > 0) return found;
  const known = prompts.map((prompt) => prompt.module).join(", ");
  throw new CultivarError(
    "config",
    `${name}: expected --module to be one of ${known} (the modules that ran on this input), got ${JSON.stringify(module)}`,
  );
}

/** The models with their replies replaced by placeholders that fit the asked-for schema. */
function standIns(models: Models, outputs: Map<string, Request["output"]>): Models {
  const standIn = (lm: LanguageModel): LanguageModel => ({
    ...lm,
    generate: (request: Request): Promise<Response> => {
      outputs.set(keyOf(request.messages), request.output);
      const text = request.output === undefined ? "" : JSON.stringify(sampleOf(request.output.schema));
      return Promise.resolve({ text, usage: {}, finishReason: "stop", warnings: [] });
    },
  });
  const { default: first, reflect, judge, choices } = models;
  return {
    ...models,
    default: standIn(first),
    ...(reflect !== undefined && { reflect: standIn(reflect) }),
    ...(judge !== undefined && { judge: standIn(judge) }),
    ...(choices !== undefined && {
      choices: Object.fromEntries(Object.entries(choices).map(([key, lm]) => [key, standIn(lm)])),
    }),
  };
}
