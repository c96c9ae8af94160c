/** The command that made a result, without the paths of the machine that it ran on. */
export function commandOf(script: string, args: readonly string[]): string {
  const paths = new Set(["--out", "--report", "--python"]);
  const kept = args.filter((arg, i) => !paths.has(arg) && !paths.has(args[i - 1] ?? ""));
  return ["npm run", script, ...(kept.length > 0 ? ["--", ...kept] : [])].join(" ");
}
