import { readFile, readdir, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import type { ArchiveFile } from "./tar.ts";

/** The paths of every regular file below `root/folder`, relative to `root`, in an order of their own. */
export async function listFiles(root: string, folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(root.length + 1)
        .split(sep)
        .join("/"),
    )
    .toSorted();
}

export async function loadFile(root: string, path: string): Promise<ArchiveFile> {
  const [{ mode }, content] = await Promise.all([
    stat(join(root, path)),
    readFile(join(root, path)),
  ]);
  return { path, executable: (mode & 0o100) !== 0, content };
}

/** Every regular file below `root/folder`. */
export async function loadFiles(root: string, folder: string): Promise<ArchiveFile[]> {
  const paths = await listFiles(root, folder);
  return Promise.all(paths.map((path) => loadFile(root, path)));
}
