import { cpSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
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
  for (const file of readdirSync(tasks)) {
    const source = readFileSync(new URL(file, tasks), "utf8");
    writeFileSync(join(fork, "src/tasks", file), source.replaceAll("../../../src/", "../"));
  }
  return fork;
}
