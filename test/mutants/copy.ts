import { cp, mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const repository = new URL("../..", import.meta.url).pathname;

/** What is shared with the original: large, and changed by no mutant but a package's. */
const shared = new Set([".git", ".tripod", "node_modules"]);

/**
 * A copy of the working tree to make mistakes in. Its packages are links to the original's, each of
 * its own, so that one can be replaced.
 */
export async function openCopy(): Promise<{ path: string; close: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "tripod-mutant-"));
  for (const entry of await readdir(repository)) {
    if (!shared.has(entry))
      await cp(join(repository, entry), join(path, entry), { recursive: true });
  }
  await mkdir(join(repository, ".tripod"), { recursive: true });
  await symlink(join(repository, ".tripod"), join(path, ".tripod"));
  await mkdir(join(path, "node_modules"));
  for (const name of await readdir(join(repository, "node_modules"))) {
    await symlink(join(repository, "node_modules", name), join(path, "node_modules", name));
  }
  return { path, close: () => rm(path, { recursive: true }) };
}
