import { existsSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { simulated, ticketRouting } from "@cultivar/adapters/simulated";
import { CultivarError, messageOf, parseJsonSafely } from "@cultivar/core";
import { writeFileAtomically } from "@cultivar/core/node";
import { configNames } from "../config/load-config.ts";
import { exitCodes } from "../exit-codes.ts";
import type { CommonFlags, Io } from "../io.ts";
import { printJson } from "../io.ts";
import { shownPath } from "../ready-target.ts";
import { configTemplate, packageTemplate, programTemplate } from "./init-templates.ts";

const packages = ["@cultivar/core", "@cultivar/adapters", "@cultivar/optimizers", "cultivar", "zod"];

/**
 * Writes a config, a program and data that compile at once on the simulated model. Overwrites nothing: throws `config`
 * when a file is there already. Returns the exit code.
 */
export async function initCommand(io: Io, dir: string | undefined, flags: CommonFlags): Promise<number> {
  const folder = resolve(io.cwd, dir ?? ".");
  const rows = ticketRouting.examples(300, 0).map(({ input, expected }) => JSON.stringify({ ...input, ...expected }));
  const ending = endingIn(folder);
  const files: Readonly<Record<string, string>> = {
    [`cultivar.config.${ending}`]: configTemplate(
      simulated({ world: ticketRouting, role: "student" }).modelId,
      `./route-ticket.${ending}`,
    ),
    [`route-ticket.${ending}`]: programTemplate,
    "tickets.jsonl": `${rows.join("\n")}\n`,
  };
  const there = [...configNames, ...Object.keys(files)].find((name) => existsSync(join(folder, name)));
  if (there !== undefined) {
    throw new CultivarError(
      "config",
      `init: expected no ${there} in ${folder}, but there is one; nothing was written, choose another folder`,
    );
  }
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw new CultivarError(
      "storage",
      `init: expected to be able to make ${folder}, got ${messageOf(cause)}; choose another folder`,
      { cause },
    );
  });
  const written = Object.entries(files);
  // Without a manifest Node would first take the files for CommonJS, and warn.
  if (!existsSync(join(folder, "package.json"))) written.push(["package.json", packageTemplate]);
  if (!existsSync(join(folder, ".gitignore"))) written.push([".gitignore", "node_modules\n.cultivar\n"]);
  for (const [name, text] of written) await writeFileAtomically(join(folder, name), text);
  const names = written.map(([name]) => name);
  const missing = missingPackages(folder);
  const install = missing.length === 0 ? [] : [`npm install ${missing.join(" ")}`];
  const where = shownPath(io.cwd, folder);
  const next = [...(where === "." ? [] : [`cd ${where}`]), ...install, "npx cultivar compile"];
  if (flags.json === true) printJson(io, { folder: where, files: names, missing, next });
  else io.out(`wrote     ${names.join(", ")}${where === "." ? "" : ` in ${where}`}\nnext      ${next.join(" && ")}\n`);
  return exitCodes.ok;
}

/** `mts` where a manifest is there and makes Node take `.ts` files for CommonJS: what `npm init` and `npm install` write. */
function endingIn(folder: string): "ts" | "mts" {
  const manifest = join(folder, "package.json");
  if (!existsSync(manifest)) return "ts";
  try {
    const { type } = parseJsonSafely(readFileSync(manifest, "utf8")) as { readonly type?: unknown };
    return type === "module" ? "ts" : "mts";
  } catch (cause) {
    throw new CultivarError(
      "config",
      `init: expected ${manifest} to be a readable JSON object, got ${messageOf(cause)}; mend it first`,
      { cause },
    );
  }
}

function missingPackages(folder: string): readonly string[] {
  const paths = createRequire(join(folder, "cultivar.config.ts")).resolve.paths("zod") ?? [];
  return packages.filter((name) => !paths.some((path) => existsSync(join(path, name, "package.json"))));
}
