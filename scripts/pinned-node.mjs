// The Node that set-up installs: newer than the one that started, perhaps.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Its path; that of the Node that runs this file where set-up has none for the platform. */
export function pinnedNode() {
  // pnpm links the executable itself, also on Windows
  const pinned = join(root, "node_modules", ".bin", process.platform === "win32" ? "node.exe" : "node");
  return existsSync(pinned) ? pinned : process.execPath;
}
