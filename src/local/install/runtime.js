import { existsSync, symlinkSync } from "node:fs";
import { join } from "node:path";

const leastMajor = 24;

/**
 * Sees to it that npm scripts run on a Node that runs TypeScript: the one among the packages, or the
 * user's; throws if neither can be.
 * @param {string} project
 * @param {{ platform: string, arch: string, version: string }} machine
 */
export function prepareRuntime(project, { platform, arch, version }) {
  const packages = join(project, "node_modules");
  const link = join(packages, ".bin", "node");
  const packaged = `node-${platform}-${arch}`;
  if (existsSync(link)) return;
  if (existsSync(join(packages, packaged, "bin", "node"))) {
    // npm 9 links no command of that name.
    symlinkSync(join("..", packaged, "bin", "node"), link);
    return;
  }
  if (Number.parseInt(version.replace("v", ""), 10) >= leastMajor) return;
  throw new Error(
    platform === "linux" && (arch === "x64" || arch === "arm64")
      ? `npm could not install "${packaged}": run "npm ci", or use Node ${leastMajor} or newer`
      : `no Node is packaged for ${platform}-${arch}: use Node ${leastMajor} or newer, not ${version}`,
  );
}
