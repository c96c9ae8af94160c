export type { Fault, HandlerOptions, ServeOptions, ServerStats, SimulatedHandler, SimulatedServer } from "./server.ts";
export { serveSimulated, simulatedHandler } from "./server.ts";
