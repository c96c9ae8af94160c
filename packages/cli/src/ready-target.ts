import { accessSync, constants, existsSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import type {
  AnyModule,
  Artifact,
  Embedder,
  ExampleRow,
  Fingerprint,
  Freshness,
  LanguageModel,
  Models,
  Need,
  Target,
} from "@cultivar/core";
import { CultivarError, fingerprintOf, isUpToDate, messageOf, parseArtifact } from "@cultivar/core";
import { fileJournalStore, readTextFile, sqliteCache } from "@cultivar/core/node";
import { artifactName } from "./config/artifact-name.ts";
import type { Code } from "./config/code.ts";
import type { ConfigTarget } from "./config/define-config.ts";
import type { LoadedConfig } from "./config/load-config.ts";

/** A target whose types no longer matter: the config's own types were checked where it was written. */
export type AnyTarget = Target<ExampleRow, unknown, Need>;

/** A target of a config with everything that the command line adds: name, stores and the fingerprint of the code. */
export interface ReadyTarget {
  readonly name: string;
  readonly program: AnyModule;
  readonly target: AnyTarget;
  /** Absolute. */
  readonly artifactFile: string;
  readonly simulated: boolean;
  /** Models that may cost money, `provider/modelId`. */
  readonly paid: readonly string[];
}

/** The targets named, or all, in the config's order. Throws a `config` error that lists the names there are. */
export function pickTargets({ config, file }: LoadedConfig, names: readonly string[]): readonly string[] {
  const known = Object.keys(config.targets);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new CultivarError(
      "config",
      `${file}: expected one of the targets ${known.join(", ")}, got ${JSON.stringify(unknown)}; check the name`,
    );
  }
  return names.length === 0 ? known : known.filter((name) => names.includes(name));
}

/** The one target named; without a name the config's only one. */
export function pickTarget(loaded: LoadedConfig, name: string | undefined): string {
  const found = pickTargets(loaded, name === undefined ? [] : [name]);
  if (found.length > 1) {
    throw new CultivarError(
      "config",
      `${loaded.file}: expected the name of a target, got none and there are several: ${found.join(", ")}; name one`,
    );
  }
  return found[0]!;
}

/** The folder of journals, beside the config. */
export function runsFolder(folder: string): string {
  return join(folder, ".cultivar", "runs");
}

/** The code by file and package, so that a run can say which of them changed. */
function partsOf({ files, packages }: Code): Readonly<Record<string, string>> {
  const versions = Object.entries(packages).map(([name, version]) => [`node_modules/${name}`, version]);
  return { ...files, ...Object.fromEntries(versions) };
}

/** Puts together what a run of one target needs. Nothing is opened or written yet. */
export function readyTarget(loaded: LoadedConfig, name: string, code: Code, warn: (text: string) => void): ReadyTarget {
  const { program, ...own } = loaded.config.targets[name] as ConfigTarget;
  const models = modelsIn(own.models);
  const target = {
    name,
    journal: fileJournalStore({ directory: runsFolder(loaded.folder) }),
    cache: sqliteCache({ file: join(loaded.folder, ".cultivar", "cache.sqlite"), onWarning: warn }),
    fingerprint: partsOf(code),
    ...own,
  } as AnyTarget;
  return {
    name,
    program,
    target,
    artifactFile: join(loaded.folder, artifactName(name)),
    simulated: models.some(isSimulated),
    paid: [...new Set(models.filter(mayCost).map(({ provider, modelId }) => `${provider}/${modelId}`))],
  };
}

/** What `work` gives, after the target's cache was closed. */
export async function closing<T>({ target }: ReadyTarget, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } finally {
    await target.cache?.close();
  }
}

type Priced = Pick<LanguageModel | Embedder, "provider" | "modelId"> & { readonly price?: LanguageModel["price"] };

function modelsIn(models: Models | undefined): readonly Priced[] {
  if (models === undefined) return [];
  const { default: first, reflect, judge, choices, embedders } = models;
  const all = [first, reflect, judge, ...Object.values(choices ?? {}), ...Object.values(embedders ?? {})];
  return all.filter((model) => model !== undefined);
}

/** Also when it is reached over HTTP: `cultivar simulate` serves `simulated-student` and `simulated-teacher`. */
function isSimulated({ provider, modelId }: Priced): boolean {
  return provider === "simulated" || modelId.startsWith("simulated-");
}

/** A price of 0 says free; an unknown price may be anything. Simulated prices are made up. */
function mayCost(model: Priced): boolean {
  if (isSimulated(model) || model.provider === "recorded") return false;
  return model.price === undefined || model.price.inputUsd > 0 || model.price.outputUsd > 0;
}

/** How an artifact stands to what it would be built from now. */
export interface Standing extends Freshness {
  readonly fingerprint: Fingerprint;
  /** Undefined when there is none, or none that can be read. */
  readonly artifact: Artifact | undefined;
}

/** Compares the artifact on disk with the target. Makes no call. */
export async function standingOf({ program, target, artifactFile }: ReadyTarget): Promise<Standing> {
  const fingerprint = fingerprintOf(program, target as never);
  const missing = { upToDate: false, changed: [], fingerprint, artifact: undefined };
  if (!existsSync(artifactFile)) return { ...missing, why: "there is no artifact yet" };
  let artifact: Artifact;
  try {
    artifact = await readArtifact(artifactFile);
  } catch (error) {
    return { ...missing, why: messageOf(error) };
  }
  return { ...isUpToDate(artifact, fingerprint, target.budget), fingerprint, artifact };
}

/** Far above any artifact with demos; below what would stall an up-to-date check. */
const maxArtifactBytes = 64 * 1024 * 1024;

/** Reads an artifact file. Throws `artifact` and `storage` errors. */
export async function readArtifact(file: string): Promise<Artifact> {
  return parseArtifact(await readTextFile(file, maxArtifactBytes), file);
}

/** Fails before anything is paid for when a file could not be written afterwards. */
export function requireWritable(file: string, what: string): void {
  const folder = join(file, "..");
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true)
    throw new CultivarError("storage", `${file}: expected a file to write the ${what} to, got a folder; name a file`);
  for (const path of existsSync(file) ? [folder, file] : [folder]) {
    try {
      accessSync(path, constants.W_OK);
    } catch (cause) {
      throw new CultivarError(
        "storage",
        `${path}: expected to be able to write the ${what} here, got ${messageOf(cause)}; ${existsSync(path) ? "change its permissions" : "make the folder"}, or choose another place`,
        { cause },
      );
    }
  }
}

/** A path as the user would type it. */
export function shownPath(cwd: string, file: string): string {
  const path = relative(cwd, file);
  return path === "" ? "." : path;
}
