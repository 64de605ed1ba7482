/** Which files of a folder are meant: what is loaded and what is shipped follow from this alone. */

/** Where tasks are, in the repository and in a release. */
export const tasksFolder = "src/tasks";

/** A task's file; its name is the task's. */
export const taskFile = /^([a-z][a-z0-9-]*)\.ts$/;

/** What might be meant as a task; types and tests are not. */
export const moduleFile = /(?<!\.d|\.test)\.[cm]?[jt]sx?$/;

/** What editors and operating systems leave in a folder: `.DS_Store`, `divide.ts~`, `#divide.ts#`. */
export const leftoverFile = /^[.#]|~$/;
