import { Command, CommanderError, Option } from "commander";
import { CultivarError, isCultivarError, messageOf } from "@cultivar/core";
import type { CompileFlags } from "./commands/compile.ts";
import type { EvalFlags } from "./commands/eval.ts";
import type { PromptFlags } from "./commands/prompt.ts";
import type { SimulateFlags } from "./commands/simulate.ts";
import { exitCodeHelp, exitCodeOf, exitCodes } from "./exit-codes.ts";
import { oneLine, safeText } from "./format/safe-text.ts";
import type { CommonFlags, Io } from "./io.ts";
import { printJson } from "./io.ts";
import { cliVersion } from "./version.ts";

/** Runs one command line. Returns the exit code; throws nothing. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  let code: number = exitCodes.ok;
  const cli = commandLine(io, (exitCode) => (code = exitCode));
  try {
    await cli.parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    const flags = { json: args.includes("--json"), debug: args.includes("--debug") };
    if (!(error instanceof CommanderError)) return failed(error, io, flags);
    if (error.exitCode === 0) return exitCodes.ok;
    // Without a command its help was shown, which says more than an error.
    if (error.code === "commander.help" && !flags.json) return exitCodes.config;
    return failed(notUnderstood(error, commandIn(cli, args)), io, flags);
  }
}

/** The command that the arguments name, as far as they name one. */
function commandIn(cli: Command, args: readonly string[]): Command {
  let found = cli;
  for (const arg of args) {
    const next = found.commands.find((each) => each.name() === arg);
    if (next === undefined) break;
    found = next;
  }
  return found;
}

/** What commander says, in the house form. */
function notUnderstood({ code, message }: CommanderError, asked: Command): CultivarError {
  const names: string[] = [];
  for (let at: Command | null = asked; at !== null; at = at.parent) names.unshift(at.name());
  const where = names.join(" ");
  const inside = asked.commands.map((each) => each.name()).join(", ");
  const none = code === "commander.help" || (code === "commander.unknownOption" && inside !== "");
  const what = none
    ? `expected one of the commands ${inside} before any option`
    : oneLine(message.replace(/^error: /, "").replace(/\.$/, ""), 1000);
  return new CultivarError("config", `${where}: ${what}; \`npx ${where} --help\` shows how`);
}

/** Says what went wrong, in the house form, and never a stack unless it is asked for. */
function failed(error: unknown, io: Io, flags: { readonly json: boolean; readonly debug: boolean }): number {
  const code = isCultivarError(error) ? error.code : "unexpected";
  const message = isCultivarError(error)
    ? safeText(error.message)
    : `unexpected error: ${oneLine(messageOf(error), 1000)}; run again with --debug to see where`;
  io.err(`error (${code})  ${message}\n`);
  if (flags.debug && error instanceof Error)
    io.err(
      `${safeText(error.stack ?? "")}\n${error.cause instanceof Error ? safeText(error.cause.stack ?? "") : ""}\n`,
    );
  if (flags.json) printJson(io, { error: { code, message } });
  return exitCodeOf(error);
}

/** The commands. Each loads its own code when it is called, so that help and up-to-date checks stay fast. */
function commandLine(io: Io, done: (exitCode: number) => void): Command {
  const cli = new Command("cultivar")
    .description(
      "Compiles language-model programs: improves their instructions and examples, and keeps what measurably helps.",
    )
    .version(cliVersion(), "-V, --version")
    .exitOverride()
    // Its errors come in the house form, with all others.
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.err(text), outputError: () => {} })
    .addHelpText(
      "after",
      `\nExamples:\n  npx cultivar init            # a project that compiles at once, without a key\n  npx cultivar compile         # writes <target>.cultivar.json beside the config\n  npx cultivar compile --check # in CI: is every artifact up to date?\n\n${exitCodeHelp}`,
    );
  addInit(cli, io, done);
  addCompile(cli, io, done);
  addEval(cli, io, done);
  addPrompt(cli, io, done);
  addSimulate(cli, io, done);
  addRuns(cli, io, done);
  return cli;
}

type Done = (exitCode: number) => void;

function command(parent: Command, usage: string, description: string, examples: readonly string[]): Command {
  return parent
    .command(usage)
    .description(description)
    .option("--json", "one JSON object on standard output; everything else on standard error")
    .option("--debug", "show where an error came from")
    .addHelpText("after", `\nExamples:\n${examples.map((example) => `  ${example}`).join("\n")}\n\n${exitCodeHelp}`);
}

const configOption = (): Option =>
  new Option("--config <file>", "the config; default: the nearest cultivar.config.ts from here upwards");
/** Read by configs, not here: `process.argv.includes("--live")` is how the examples choose their models. */
const liveOption = (): Option => new Option("--live", "for configs that look for it: use live models");
const yesOption = (): Option => new Option("--yes", "confirm a run that may cost money, for CI");

function addInit(cli: Command, io: Io, done: Done): void {
  command(cli, "init [dir]", "Write a config, a program and data that compile at once on simulated models.", [
    "npx cultivar init",
    "npx cultivar init my-project",
  ]).action(async (dir: string | undefined, flags: CommonFlags) => {
    const { initCommand } = await import("./commands/init.ts");
    done(await initCommand(io, dir, flags));
  });
}

function addCompile(cli: Command, io: Io, done: Done): void {
  command(
    cli,
    "compile [target...]",
    "Improve targets and write <target>.cultivar.json beside the config. Does nothing where nothing changed.",
    [
      "npx cultivar compile",
      "npx cultivar compile routeTicket --dry-run   # calls and cost, nothing is paid",
      "npx cultivar compile --yes --json            # in CI",
      "npx cultivar compile --check                 # exit 1 when an artifact is stale or edited",
    ],
  )
    .addOption(configOption())
    .addOption(liveOption())
    .addOption(yesOption())
    .option("--dry-run", "show the expected calls and cost, make none")
    .addOption(
      new Option("--check", "make no call; exit 1 when an artifact is missing, stale or edited by hand").conflicts(
        "dryRun",
      ),
    )
    .action(async (names: string[], flags: CompileFlags) => {
      const { compileCommand } = await import("./commands/compile.ts");
      done(await compileCommand(io, names, flags));
    });
}

function addEval(cli: Command, io: Io, done: Done): void {
  command(
    cli,
    "eval [target...]",
    "Score the baseline and the artifact on the same rows. Looking at test often makes it a val split.",
    ["npx cultivar eval", "npx cultivar eval routeTicket --split val --rows rows.jsonl"],
  )
    .addOption(configOption())
    .addOption(liveOption())
    .addOption(yesOption())
    .option("--split <name>", "test, val or train; default: the first of these that there is")
    .option("--rows <file>", "write every row with its output and score as JSON Lines")
    .action(async (names: string[], flags: EvalFlags) => {
      const { evalCommand } = await import("./commands/eval.ts");
      done(await evalCommand(io, names, flags));
    });
}

function addPrompt(cli: Command, io: Io, done: Done): void {
  command(cli, "prompt [target]", "Show what is sent, as plain messages that work anywhere. Makes no call.", [
    "npx cultivar prompt routeTicket",
    'npx cultivar prompt routeTicket --input \'{"ticket": "I was charged twice"}\' --json',
  ])
    .addOption(configOption())
    .addOption(liveOption())
    .option("--module <path>", "only this module of the program")
    .option("--input <json>", "the program's input; default: the first row of data.train")
    .option("--baseline", "the initial prompts, without the artifact")
    .action(async (name: string | undefined, flags: PromptFlags) => {
      const { promptCommand } = await import("./commands/prompt.ts");
      done(await promptCommand(io, name, flags));
    });
}

function addSimulate(cli: Command, io: Io, done: Done): void {
  command(cli, "simulate", "Serve simulated models over the OpenAI and Anthropic wire formats, until interrupted.", [
    "npx cultivar simulate --port 4010",
    "npx cultivar simulate --world multi-hop-qa --json",
  ])
    .option("--port <number>", "0 takes a free one", "0")
    .option("--world <name>", "a simulated world; a wrong name lists them all", "ticket-routing")
    .option("--seed <number>", "seed of the replies", "0")
    .option("--latency <ms>", "wait before each reply", "0")
    .option("--noise <share>", "share of replies with a slip", "0")
    .action(async (flags: SimulateFlags) => {
      const { simulateCommand } = await import("./commands/simulate.ts");
      done(await simulateCommand(io, flags));
    });
}

function addRuns(cli: Command, io: Io, done: Done): void {
  const runs = cli
    .command("runs")
    .description("The journaled runs beside the config: list, show, resume.")
    .addHelpText("after", `\nExamples:\n  npx cultivar runs list\n  npx cultivar runs show routeTicket-0f3a\n`);
  command(runs, "list", "List the runs.", ["npx cultivar runs list"])
    .addOption(configOption())
    .action(async (flags: CommonFlags) => {
      const { runsListCommand } = await import("./commands/runs.ts");
      done(await runsListCommand(io, flags));
    });
  command(runs, "show <run>", "Show what a run was made from and what it did.", [
    "npx cultivar runs show routeTicket-0f3a",
  ])
    .addOption(configOption())
    .action(async (name: string, flags: CommonFlags) => {
      const { runsShowCommand } = await import("./commands/runs.ts");
      done(await runsShowCommand(io, name, flags));
    });
  command(runs, "resume <run>", "Go on with exactly this run; refuses when its inputs have changed since.", [
    "npx cultivar runs resume routeTicket-0f3a",
  ])
    .addOption(configOption())
    .addOption(liveOption())
    .addOption(yesOption())
    .action(async (name: string, flags: CompileFlags) => {
      const { runsResumeCommand } = await import("./commands/runs.ts");
      done(await runsResumeCommand(io, name, flags));
    });
}
