import { cpSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { createTemporaryFolder } from "./temporary-folder.ts";

const project = fileURLToPath(new URL("../../", import.meta.url));

/** A copy of the sources with one more task, for real processes to run; it goes with the test. */
export function createFork(task: string, source: string): URL {
  const folder = createTemporaryFolder();
  for (const part of ["src", "package.json"]) {
    cpSync(join(project, part), join(folder, part), { recursive: true });
  }
  symlinkSync(join(project, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "src/tasks", `${task}.ts`), source);
  return pathToFileURL(join(folder, "src/"));
}
