import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { loadFile } from "./files.ts";
import { type Reachable, findReachable } from "./reachable.ts";
import type { ArchiveFile } from "./tar.ts";

/** What hosts start; all else that runs there is reached from these. */
export const entryPoints = ["src/producer/main.ts", "src/worker/main.ts"] as const;

/** The rooms of `src/` that are for hosts. */
const rooms = [
  "contract",
  "producer",
  "queue",
  "service",
  "task",
  "tasks",
  "telemetry",
  "worker",
] as const;

/**
 * The files that producer and worker reach, and the part of `package.json` that Node.js reads: what
 * hosts do not run must not replace them. Throws if a host would miss something.
 */
export async function loadSources(root: string): Promise<ArchiveFile[]> {
  const text = await readFile(join(root, "package.json"), "utf8");
  const { name, version, type, imports, dependencies }: Record<string, unknown> = JSON.parse(text);
  const reachable = await findReachable(root, entryPoints);
  const problems = findMissing(reachable, Object.keys(dependencies ?? {}));
  if (problems.length > 0) {
    throw new Error(`the release would not run:\n  ${problems.join("\n  ")}`);
  }
  const manifest = { name, version, private: true, type, imports };
  const files = reachable.files.filter((path) => path !== "package.json");
  return [
    {
      path: "package.json",
      executable: false,
      content: Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`),
    },
    ...(await Promise.all(files.map((path) => loadFile(root, path)))),
  ];
}

/** What is reached although it is not for hosts: files of other rooms, packages of development. */
export function findMissing(
  { files, packages }: Reachable,
  dependencies: readonly string[],
): string[] {
  return [
    ...files
      .filter((path) => !isForHosts(path))
      .map((path) => `"${path}" is reached, but expected only files of src/${rooms.join(", ")}`),
    ...[...packages]
      .filter(([name]) => !dependencies.includes(name))
      .map(([name, from]) => `${from} imports "${name}": expected a package of "dependencies"`),
  ];
}

/** What only tests import, although its room is for hosts. */
const forTests = "src/task/testing.ts";

function isForHosts(path: string): boolean {
  if (path === forTests) return false;
  return path === "package.json" || rooms.some((room) => path.startsWith(`src/${room}/`));
}
