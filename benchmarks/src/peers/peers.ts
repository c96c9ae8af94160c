import { join } from "node:path";
import { contestants } from "../comparison/contestants.ts";

/** A framework's optimizer as it enters the comparison. */
export interface Peer {
  /** The port's file: Python in benchmarks/peers/python, TypeScript beside this one. */
  readonly file: string;
  /** What its process finds as CULTIVAR_VARIANT. */
  readonly variant?: string;
  /** Packages without which it can't run. */
  readonly packages: readonly string[];
  /** It has no budget of metric calls: its setting is lowered until the counted calls fit. */
  readonly lowers?: true;
}

const dspy = (variant: string, more: Partial<Peer> = {}): Peer => ({
  file: "dspy_port.py",
  variant,
  packages: ["dspy"],
  ...more,
});

/** The peers by name. To add one: a port, and an entry. */
export const peers: Readonly<Record<string, Peer>> = {
  gepa: { file: "gepa_port.py", packages: ["gepa"] },
  "dspy-mipro": dspy("mipro", { lowers: true }),
  "dspy-gepa": dspy("gepa"),
  "dspy-bootstrap": dspy("bootstrap", { lowers: true }),
  "dspy-simba": dspy("simba", { lowers: true }),
  textgrad: { file: "textgrad_port.py", packages: ["textgrad"] },
  "ax-gepa": { file: "ax-port.ts", variant: "gepa", packages: ["@ax-llm/ax"], lowers: true },
  "ax-bootstrap": { file: "ax-port.ts", variant: "bootstrap", packages: ["@ax-llm/ax"], lowers: true },
  optuna: { file: "optuna_port.py", packages: ["optuna"] },
};

/** Our own optimizers over the same server are named `ours:<optimizer>`. */
export const ourPrefix = "ours:";

/** Every name that `--peers` takes. */
export function peerNames(): readonly string[] {
  return [...Object.keys(peers), ...Object.keys(contestants).map((name) => ourPrefix + name)];
}

/** Whether the port runs under Python. */
export function isPython({ file }: Peer): boolean {
  return file.endsWith(".py");
}

const pythonFolder = join(import.meta.dirname, "..", "..", "peers", "python");

/** The port's path. */
export function pathOf(peer: Peer): string {
  return join(isPython(peer) ? pythonFolder : import.meta.dirname, peer.file);
}

/** The Python that is taken unless a flag says otherwise: CULTIVAR_PEERS_PYTHON, else the environment that the README makes. */
export function defaultPython(): string {
  return process.env["CULTIVAR_PEERS_PYTHON"] ?? join(pythonFolder, "..", ".venv", "bin", "python");
}
