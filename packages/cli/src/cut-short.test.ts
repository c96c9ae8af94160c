import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import type { Finished, Project } from "./fixtures/project.ts";
import { project, smallConfig } from "./fixtures/project.ts";

const projects: Project[] = [];
const withConfig = (config: string, files: Readonly<Record<string, string>> = {}): Project => {
  const made = project({ "cultivar.config.ts": config, ...files });
  projects.push(made);
  return made;
};
const first = ({ out }: Finished): Record<string, unknown> =>
  (JSON.parse(out) as { targets: Record<string, unknown>[] }).targets[0]!;

afterEach(() => {
  for (const made of projects.splice(0)) made.remove();
});

describe("a test report that is cut short", () => {
  test("an interrupt while test is scored writes nothing either", async () => {
    const whole = withConfig(smallConfig("concurrency: 4,", 5));
    await whole.cultivar("compile");
    const made = withConfig(smallConfig("concurrency: 1,", 5));
    const { child, done } = made.spawn("compile");
    let lines = "";
    child.stderr!.on("data", (chunk: Buffer) => (lines += chunk.toString()));
    while (!lines.includes("opening the test")) await sleep(2);
    child.kill("SIGINT");
    const stopped = await done;
    expect(stopped).toMatchObject({
      code: 130,
      out: "",
      err: expect.stringContaining("the same command goes on from there") as string,
    });
    expect(made.has("route.cultivar.json")).toBe(false);
    expect(await made.cultivar("compile", "--check")).toMatchObject({ code: 1 });
    expect(await made.cultivar("compile")).toMatchObject({ code: 0 });
    expect(made.read("route.cultivar.json")).toBe(whole.read("route.cultivar.json"));
  });

  test("an outage while test is scored is exit 20, and --check says so until the same command has finished it", async () => {
    // The provider is down for test rows as long as there is a file that says so.
    const outage = `
import { existsSync } from "node:fs";
const failing = (lm) => ({
  ...lm,
  generate: (request, options) =>
    existsSync("down") && rows.slice(60).some(({ input }) => JSON.stringify(request.messages.at(-1)).includes(JSON.stringify(input.ticket).slice(1, -1)))
      ? Promise.reject(new CultivarError("transport", "503 from the provider", { fields: { retryable: false } }))
      : lm.generate(request, options),
});
export default`;
    const config = smallConfig()
      .replace("import { predict", "import { CultivarError, predict")
      .replace("default: simulated(", "default: failing(simulated(")
      .replace(/(latencyMs: 0 }\))/, "$1)")
      .replace("export default", outage);
    const made = withConfig(config, { down: "yes" });
    const cut = await made.cultivar("compile", "--json");
    expect(cut.code).toBe(20);
    expect(first(cut)).toMatchObject({ status: "compiled", end: "done", incomplete: { reason: "outage" } });
    expect(await made.cultivar("compile", "--check")).toMatchObject({
      code: 1,
      err: expect.stringContaining("the test report is incomplete: ") as string,
    });
    rmSync(join(made.folder, "down"));
    const finished = await made.cultivar("compile", "--json");
    expect(finished.code).toBe(0);
    expect(first(finished)).toMatchObject({ incomplete: null, test: { difference: { n: 30 } } });
    expect(first(finished)["resumed"]).toBeGreaterThan(100);
    expect(await made.cultivar("compile", "--check")).toMatchObject({ code: 0 });
  });
});
