import { defineConfig } from "vitest/config";

// "@cultivar/source" resolves workspace packages to their TypeScript, so tests never see a stale build.
const conditions = ["@cultivar/source", "node", "import", "default"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ["packages/*/src/**/*.test.ts", "examples/**/*.test.ts", "benchmarks/**/*.test.ts", "tests/**/*.test.ts"],
    testTimeout: 30_000,
    reporters: ["default", "./scripts/summary-reporter.ts"],
  },
});
