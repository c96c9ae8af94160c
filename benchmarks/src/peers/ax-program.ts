import type { FieldSpec, ModuleSpec } from "@cultivar/adapters/simulated";
import type { AxAIService, AxFieldValue, AxGenOut, AxProgrammable, AxSignatureConfig } from "@ax-llm/ax";
import { AxAIOpenAI, AxGen, axGlobals, flow } from "@ax-llm/ax";

/** Fields of a row or of a reply. */
export type Fields = AxGenOut;

/** Worked examples by module. */
export type Demos = Readonly<
  Record<string, readonly { readonly input: Readonly<Fields>; readonly output: Readonly<Fields> }[]>
>;

/** What a program says and shows, by module. */
export interface AxTexts {
  readonly instructions: Readonly<Record<string, string>>;
  readonly demos?: Demos;
}

/** A world's program in ax: one `AxGen`, or a flow of them. */
export interface AxChain {
  readonly program: AxProgrammable<Fields, Fields>;
  /** Runs it; throws when a module gives no readable reply after ax's own corrections. */
  answer(ai: AxAIService, input: Readonly<Fields>): Promise<Fields>;
  /** ax's id of the component that holds a module's instructions. */
  componentOf(module: string): string;
}

/** What the program adds after a module has answered. */
export type Between = (module: string, fields: Readonly<Fields>) => Promise<Fields>;

/** ax's client of an OpenAI-compatible model. */
export function axModel(baseUrl: string, model: string): AxAIService {
  const service = new AxAIOpenAI<string>({
    apiKey: "none",
    apiURL: baseUrl,
    // ax types this as its own list of models, and sends whatever is given
    config: { model: model as never, stream: false },
  });
  return service as unknown as AxAIService;
}

type Field = NonNullable<AxSignatureConfig["inputs"]>[number];

/** ax allows choices in outputs only. */
function fieldOf({ name, description, type, choices }: FieldSpec, isOutput: boolean): Field {
  if (isOutput && choices !== undefined) return { name, description, type: { name: "class", options: [...choices] } };
  return type === "string[]"
    ? { name, description, type: { name: "string", isArray: true } }
    : { name, description, type: { name: type } };
}

/**
 * One module. Its instructions are ax's `instruction` and there is no description: a program with both has two components
 * that say the same.
 */
export function axModule({ name, inputs, outputs }: ModuleSpec, texts: AxTexts): AxGen<Fields, Fields> {
  // otherwise names such as "request" and "item" are refused as too generic
  axGlobals.signatureStrict = false;
  const signature: AxSignatureConfig = {
    inputs: inputs.map((field) => fieldOf(field, false)),
    outputs: outputs.map((field) => fieldOf(field, true)),
  };
  const gen = new AxGen<Fields, Fields>(signature);
  gen.setInstruction(texts.instructions[name]!);
  const shown = (texts.demos?.[name] ?? []).map(({ input, output }) => ({ ...input, ...output }));
  if (shown.length > 0) gen.setDemos([{ programId: gen.getId(), traces: shown }]);
  return gen;
}

/** What is used of a flow: its own types grow with each step, which steps made in a loop cannot. */
interface Flow {
  node(name: string, program: unknown): Flow;
  execute(name: string, inputs: (state: Fields) => Fields, own?: { readonly ai: AxAIService }): Flow;
  map(step: (state: Fields) => Promise<Fields>): Flow;
}

/** A program of these modules. `models` gives modules a model other than the one that the program runs with. */
export function axChain(
  modules: readonly ModuleSpec[],
  texts: AxTexts,
  between: Between,
  models: Readonly<Record<string, AxAIService>> = {},
): AxChain {
  if (modules.length === 1) {
    const module = modules[0]!;
    const gen = axModule(module, texts);
    return {
      program: gen,
      answer: (ai, input) => gen.forward(models[module.name] ?? ai, input),
      componentOf: () => `${gen.getId()}::instruction`,
    };
  }
  let steps = flow({ autoParallel: false }) as unknown as Flow;
  for (const module of modules) steps = steps.node(module.name, axModule(module, texts));
  for (const { name, inputs } of modules) {
    const own = models[name];
    const given = (state: Fields): Fields =>
      Object.fromEntries(inputs.map((field) => [field.name, state[field.name] as AxFieldValue]));
    steps = steps.execute(name, given, ...(own === undefined ? [] : [{ ai: own }])).map(async (state) => {
      const { [`${name}Result`]: answered, ...rest } = state;
      const fields = { ...rest, ...(answered as Fields) };
      return { ...fields, ...(await between(name, fields)) };
    });
  }
  const program = steps as unknown as AxProgrammable<Fields, Fields>;
  return {
    program,
    answer: (ai, input) => program.forward(ai, input),
    componentOf: (module) => `${program.getId()}.${module}::instruction`,
  };
}
