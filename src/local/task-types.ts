import { readdir, readFile, rename, writeFile } from "node:fs/promises";
import { tasksFolder } from "../task/registry.ts";
import { readTaskName } from "../task/task-files.ts";

/** Where it is in the folder of the tasks. */
export const taskTypesFile = "tasks.d.ts";

/** Names that are written without quotes; the others have a dash. */
const identifier = /^\w+$/;

/**
 * Writes the types of the folder's tasks, for clients, if they are not what the files there say, and
 * tells whether they were not. The tasks are not loaded, so one that cannot be hinders nothing.
 */
export async function refreshTaskTypes(folder = tasksFolder): Promise<boolean> {
  const types = createTaskTypes(await readdir(folder));
  const file = new URL(taskTypesFile, folder);
  const old = await readFile(file, "utf8").catch(() => undefined);
  if (old === types) return false;
  // Whole at once: an editor's compiler reads it meanwhile.
  const draft = new URL(`.${taskTypesFile}.${process.pid}`, folder);
  await writeFile(draft, types);
  await rename(draft, file);
  return true;
}

/** The types of the tasks that these files define; throws for a name that no task can have. */
export function createTaskTypes(files: readonly string[]): string {
  const names = files
    .toSorted()
    .map(readTaskName)
    .filter((name) => name !== undefined);
  const entries = names.map((name) => {
    const key = identifier.test(name) ? name : `"${name}"`;
    return `  readonly ${key}: typeof import("./${name}.ts").default;\n`;
  });
  return `// Written by "npm start", "npm run new" and "npm run docs" from the files beside it.

/** The tasks by their names, as \`createClient<Tasks>\` takes them. */
export interface Tasks {
${entries.join("")}}
`;
}
