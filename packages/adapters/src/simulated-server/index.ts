export type { Fault, ServeOptions, ServerStats, SimulatedServer } from "./server.ts";
export { serveSimulated } from "./server.ts";
