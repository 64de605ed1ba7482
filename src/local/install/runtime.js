import { existsSync } from "node:fs";
import { join } from "node:path";

const leastMajor = 24;

/**
 * Throws unless npm scripts run on a Node that runs TypeScript: the one among the packages, or the user's.
 * @param {string} project
 * @param {{ platform: string, arch: string, version: string }} machine
 */
export function checkRuntime(project, { platform, arch, version }) {
  if (existsSync(join(project, "node_modules", ".bin", "node"))) return;
  if (Number.parseInt(version.replace("v", ""), 10) >= leastMajor) return;
  throw new Error(
    platform === "linux" && (arch === "x64" || arch === "arm64")
      ? `npm could not install "node-linux-${arch}": run "npm ci", or use Node ${leastMajor} or newer`
      : `no Node is packaged for ${platform}-${arch}: use Node ${leastMajor} or newer, not ${version}`,
  );
}
