import { spawnSync } from "node:child_process";
import { findHierarchies } from "../hosts/cgroup.ts";

interface Requirements {
  readonly commands: readonly string[];
  /** Whether it makes namespaces, which takes root. */
  readonly namespaces: boolean;
  /** Whether it keeps processes apart in control groups. */
  readonly cgroups?: boolean;
  readonly processor?: "x64";
}

/**
 * Why something cannot be done on this machine, or `undefined` if it can; `what` finishes "cannot
 * …". Throws in CI, where a missing proof is a failure.
 */
export function findObstacle(what: string, requirements: Requirements): string | undefined {
  const reason = findReason(requirements);
  if (reason !== undefined && process.env["CI"] === "true") {
    throw new Error(`cannot ${what} here: ${reason}`);
  }
  return reason;
}

/** What a lab with networks of its own takes. */
export const labRequirements: Requirements = {
  commands: ["ip", "nft", "nsenter", "unshare"],
  namespaces: true,
};

function findReason({
  commands,
  namespaces,
  cgroups,
  processor,
}: Requirements): string | undefined {
  if (process.platform !== "linux") return "needs Linux";
  if (processor !== undefined && process.arch !== processor) return `needs Linux on ${processor}`;
  if (namespaces && process.getuid?.() !== 0) return "needs root";
  const missing = commands.filter((name) => spawnSync("which", [name]).status !== 0);
  if (missing.length > 0) return `needs ${missing.join(", ")}`;
  if (cgroups && findHierarchies().length === 0) return "needs control groups of version 2";
  if (!namespaces) return undefined;
  const made = spawnSync("unshare", ["--net", "--mount", "--pid", "--fork", "true"]);
  return made.status === 0 ? undefined : "needs the right to make namespaces";
}
