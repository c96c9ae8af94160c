import { CultivarError } from "@cultivar/core";
import { exitCodes } from "../exit-codes.ts";
import { counted } from "../format/quantities.ts";
import type { CommonFlags, Io } from "../io.ts";
import { printJson } from "../io.ts";

export interface SimulateFlags extends CommonFlags {
  readonly port: string;
  readonly world: string;
  readonly seed: string;
  readonly latency: string;
  readonly noise: string;
}

/** Serves simulated models until interrupted. Returns the exit code. */
export async function simulateCommand(io: Io, flags: SimulateFlags): Promise<number> {
  const { serveSimulated } = await import("@cultivar/adapters/simulated-server");
  const server = await serveSimulated({
    port: numberIn("port", flags.port, 0, 65_535, true),
    world: flags.world as never,
    seed: numberIn("seed", flags.seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, true),
    latencyMs: numberIn("latency", flags.latency, 0, 3_600_000, false),
    noise: numberIn("noise", flags.noise, 0, 1, false),
  });
  const stopped = new Promise<void>((resolve) => {
    const stop = io.onInterrupt(() => {
      stop();
      resolve();
    });
  });
  if (flags.json === true) {
    printJson(io, {
      url: server.url,
      openaiBaseUrl: `${server.url}/v1`,
      anthropicBaseUrl: server.url,
      world: flags.world,
      models: ["simulated-student", "simulated-teacher"],
      simulated: true,
    });
  } else {
    io.out(
      `simulated world ${flags.world} at ${server.url}\n` +
        `  OPENAI_BASE_URL=${server.url}/v1  ANTHROPIC_BASE_URL=${server.url}  (any key)\n` +
        `  models simulated-student, simulated-teacher; stop with Ctrl-C\n`,
    );
  }
  await stopped;
  const answered = Object.values(server.stats().replies).reduce((sum, replies) => sum + replies, 0);
  await server.close();
  io.err(`answered ${counted(answered, "call")}\n`);
  return exitCodes.ok;
}

function numberIn(name: string, text: string, least: number, most: number, whole: boolean): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
  throw new CultivarError(
    "config",
    `simulate: --${name} must be a ${whole ? "whole " : ""}number in [${least}, ${most}], got ${JSON.stringify(text)}`,
  );
}
