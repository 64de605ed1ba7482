import { readdir } from "node:fs/promises";
import { basename } from "node:path";
import { z } from "zod";
import { findExampleProblem } from "./example-problem.ts";
import { findInputProblem } from "./input-problem.ts";
import type { Task } from "./task.ts";

export type Tasks = ReadonlyMap<string, Task>;

const taskFile = /^([a-z][a-z0-9-]*)\.ts$/;

/** Where the tasks that are shipped are defined. */
export const tasksFolder = new URL("../tasks/", import.meta.url);

/**
 * Loads every file of the folder as a task named like its file.
 * Throws if a file there does not default-export `defineTask({ … })`, has an input that cannot be,
 * or an example whose input it would refuse.
 */
export async function loadTasks(folder = tasksFolder): Promise<Tasks> {
  const tasks = new Map<string, Task>();
  for (const file of (await readdir(folder)).toSorted()) {
    const name = taskFile.exec(file)?.[1];
    if (name === undefined) {
      throw new Error(`"tasks/${file}" is not a task: expected a name like "resize-image.ts"`);
    }
    tasks.set(name, await loadTask(locateTask(name, folder)));
  }
  return tasks;
}

/** Where the task of that name is defined. */
export function locateTask(name: string, folder = tasksFolder): URL {
  return new URL(`${name}.ts`, folder);
}

/** Loads one file; throws as `loadTasks` does. */
export async function loadTask(file: URL): Promise<Task> {
  const loaded: { default?: unknown } = await import(file.href);
  const name = `"tasks/${basename(file.pathname)}"`;
  if (!isTask(loaded.default)) throw new Error(`${name} must default-export defineTask({ … })`);
  const problem = findInputProblem(loaded.default.input) ?? findExampleProblem(loaded.default);
  if (problem !== undefined) throw new Error(`${name} cannot be run: ${problem}`);
  return loaded.default;
}

function isTask(value: unknown): value is Task {
  return (
    typeof value === "object" &&
    value !== null &&
    "input" in value &&
    value.input instanceof z.ZodObject &&
    "run" in value &&
    typeof value.run === "function"
  );
}
