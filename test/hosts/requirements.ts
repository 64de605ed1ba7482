import { spawnSync } from "node:child_process";

const commands = ["debootstrap", "systemd-nspawn", "nft", "ip", "losetup", "unshare", "nsenter"];

/**
 * Why hosts cannot be booted on this machine, or `undefined` if they can. Throws in CI, where a
 * missing proof is a failure.
 */
export function whyNoHosts(): string | undefined {
  const reason = findReason();
  if (reason !== undefined && process.env["CI"] === "true") {
    throw new Error(`hosts cannot be booted here: ${reason}`);
  }
  return reason;
}

function findReason(): string | undefined {
  if (process.platform !== "linux" || process.arch !== "x64") return "needs Linux on x64";
  if (process.getuid?.() !== 0) return "needs root";
  const missing = commands.filter((name) => spawnSync("which", [name]).status !== 0);
  if (missing.length > 0) return `needs ${missing.join(", ")}`;
  const namespaces = spawnSync("unshare", ["--net", "--mount", "--pid", "--fork", "true"]);
  return namespaces.status === 0 ? undefined : "needs the right to make namespaces";
}
