import { leftoverFile, moduleFile, taskFile } from "../contract/task-files.ts";

/** Whether an editor or an operating system has left it. */
export function isLeftover(file: string): boolean {
  return leftoverFile.test(file);
}

/**
 * The name of the task that a file in `src/tasks/` defines; `undefined` for a file that is beside
 * the matter, such as a note. Throws for a module under a name that no task can have.
 */
export function readTaskName(file: string): string | undefined {
  if (isLeftover(file) || !moduleFile.test(file)) return undefined;
  const name = taskFile.exec(file)?.[1];
  if (name !== undefined) return name;
  throw new Error(`"tasks/${file}" is not a task: expected a name like "resize-image.ts"`);
}
