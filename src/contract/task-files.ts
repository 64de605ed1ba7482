/** Which files of a folder are meant: what is loaded and what is shipped follow from this alone. */

/** Where tasks are, in the repository and in a release. */
export const tasksFolder = "src/tasks";

const taskFile = /^([a-z][a-z0-9-]*)\.ts$/;

/** What might be meant as a task; types and tests are not. */
const moduleFile = /(?<!\.d|\.test)\.[cm]?[jt]sx?$/;

/** What editors and operating systems leave in a folder: `.DS_Store`, `divide.ts~`, `#divide.ts#`. */
export function isLeftover(file: string): boolean {
  return /^[.#]|~$/.test(file);
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
