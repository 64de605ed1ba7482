import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { isLeftover } from "../../task/task-files.ts";

/** What no service loads. */
const others: ReadonlySet<string> = new Set(["local", "client"]);
const loaded = /\.(?:[cm]?[jt]sx?|json|css|svg)$/;
const unloaded = /\.(?:d|test)\.ts$/;

/** Each file that services may have loaded, with what changes when it is written or replaced. */
export type SourceFiles = ReadonlyMap<string, string>;

/** Those below `src/`. Throws where a folder goes while it is read. */
export function readSourceFiles(sources: string): SourceFiles {
  const rooms = readdirSync(sources, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !others.has(entry.name))
    .map(({ name }) => join(sources, name));
  return new Map(
    rooms
      .flatMap((room) => readdirSync(room, { recursive: true, withFileTypes: true }))
      .filter(({ name }) => loaded.test(name) && !unloaded.test(name) && !isLeftover(name))
      .flatMap(({ parentPath, name }) => {
        const path = join(parentPath, name);
        const status = statSync(path, { throwIfNoEntry: false });
        if (status === undefined || !status.isFile()) return [];
        return [[path, `${status.mtimeMs} ${status.size} ${status.ino}`] as const];
      }),
  );
}

/** Paths of those that are new, gone or different. */
export function listChanged(before: SourceFiles, after: SourceFiles): string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path) !== after.get(path)).toSorted();
}
