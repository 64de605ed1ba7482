import { readFile, stat } from "node:fs/promises";
import { dirname, join, posix } from "node:path";
import { listFiles } from "./files.ts";
import { tasksFolder } from "../../src/contract/task-files.ts";
import { isLeftover, readTaskName } from "../../src/task/task-files.ts";
import { findReferences } from "./references.ts";

/** Of a folder that a module names. */
function isMeant(path: string): boolean {
  if (posix.dirname(path) === tasksFolder) return readTaskName(posix.basename(path)) !== undefined;
  // What tasks have in folders of their own is there for those that import it.
  if (path.startsWith(`${tasksFolder}/`)) return false;
  return !path.endsWith(".d.ts") && !isLeftover(posix.basename(path));
}

export interface Reachable {
  /** Relative to the root, sorted. */
  readonly files: readonly string[];
  /** Name of a package -> the first file found to need it. */
  readonly packages: ReadonlyMap<string, string>;
}

/**
 * Everything that the programs of these entry points may load: files of this repository and names
 * of packages. Throws if one of the files does not exist.
 */
export async function findReachable(root: string, entries: readonly string[]): Promise<Reachable> {
  const manifest = await readFile(join(root, "package.json"), "utf8");
  const { imports = {} }: { imports?: Record<string, string> } = JSON.parse(manifest);
  const files = new Set<string>();
  const modules = new Set<string>();
  const packages = new Map<string, string>();

  async function follow(reference: string, from: string): Promise<void> {
    if (reference.startsWith("#")) {
      const target = imports[reference];
      if (target === undefined) throw new Error(`${from}: package.json has no "${reference}"`);
      await load(posix.normalize(target), from);
    } else if (!/^\.\.?\//.test(reference)) {
      const [name = ""] = /^(@[^/]+\/)?[^/]+/.exec(reference) ?? [];
      if (!packages.has(name)) packages.set(name, from);
    } else if (reference.endsWith("/")) {
      const folder = posix.join(dirname(from), reference);
      const all = await listFiles(root, folder.slice(0, -1));
      // Of a folder, only what has types is loaded; the rest is read, as a browser's modules are.
      for (const path of all.filter(isMeant)) {
        await (path.endsWith(".ts") ? load(path, from) : add(path, from));
      }
    } else {
      await load(posix.join(dirname(from), reference), from);
    }
  }

  /** What Node.js loads as a module needs what that one references. */
  async function load(path: string, from: string): Promise<void> {
    await add(path, from);
    if (modules.has(path) || !/\.[cm]?[jt]s$/.test(path)) return;
    modules.add(path);
    const references = findReferences(path, await readFile(join(root, path), "utf8"));
    for (const reference of references) await follow(reference, path);
  }

  async function add(path: string, from: string): Promise<void> {
    if (files.has(path)) return;
    const found = await stat(join(root, path)).catch(() => undefined);
    if (!found?.isFile()) throw new Error(`${from} needs "${path}", which is no file`);
    files.add(path);
  }

  for (const entry of entries) await load(entry, "the release");
  return { files: [...files].toSorted(), packages };
}
