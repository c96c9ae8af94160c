export type { Config, ConfigTarget } from "./config/define-config.ts";
export { defineConfig } from "./config/define-config.ts";
