import type { AnyModule, ExampleRow, ModuleOutput, Models, TargetOptions } from "@cultivar/core";

/** A target as the command line reads it: a program beside what `compile(program, target)` takes. */
export type ConfigTarget = { readonly program: AnyModule; readonly models?: Models } & TargetOptions<
  ExampleRow,
  unknown
>;

/** What a `cultivar.config.ts` exports as its default. */
export interface Config {
  /** By target name, which names the artifact: `<name>.cultivar.json` beside the config. */
  readonly targets: Readonly<Record<string, ConfigTarget>>;
}

/**
 * Types a config: the metric of each target sees the rows of its data and the output of its program. Returns what it is
 * given.
 */
export function defineConfig<
  P extends Readonly<Record<string, AnyModule>>,
  E extends Readonly<Record<keyof P, ExampleRow>>,
>(config: {
  readonly targets: { readonly [K in keyof P]: { readonly program: P[K]; readonly models?: Models } } & {
    readonly [K in keyof E]: TargetOptions<E[K], K extends keyof P ? ModuleOutput<P[K]> : never>;
  };
}): Config {
  return config as unknown as Config;
}
