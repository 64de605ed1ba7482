import { cpSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { createTemporaryFolder } from "./temporary-folder.ts";

const repository = join(import.meta.dirname, "../..");

/** Tasks that only a child process can bear: they block, crash, or look around in it. */
export const isolatedTasks = new URL("./isolated-tasks/", import.meta.url);

/** A copy of the sources with further tasks in it, as somebody's fork has them; returns its folder. */
export function forkSources(tasks: URL): string {
  const fork = createTemporaryFolder();
  cpSync(join(repository, "src"), join(fork, "src"), { recursive: true });
  cpSync(join(repository, "package.json"), join(fork, "package.json"));
  symlinkSync(join(repository, "node_modules"), join(fork, "node_modules"));
  cpSync(tasks, join(fork, "src/tasks"), { recursive: true });
  return fork;
}
