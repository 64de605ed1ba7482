import { readdir } from "node:fs/promises";
import { z } from "zod";
import { findInputProblem } from "./input-problem.ts";
import type { Task } from "./task.ts";

export type Tasks = ReadonlyMap<string, Task>;

const taskFile = /^([a-z][a-z0-9-]*)\.ts$/;

/**
 * Loads every file of the folder as a task named like its file.
 * Throws if a file there does not default-export `defineTask({ … })`, or has an input that cannot be.
 */
export async function loadTasks(folder = new URL("./tasks/", import.meta.url)): Promise<Tasks> {
  const tasks = new Map<string, Task>();
  for (const file of (await readdir(folder)).toSorted()) {
    const name = taskFile.exec(file)?.[1];
    if (name === undefined) {
      throw new Error(`"tasks/${file}" is not a task: expected a name like "resize-image.ts"`);
    }
    const loaded: { default?: unknown } = await import(new URL(file, folder).href);
    if (!isTask(loaded.default)) {
      throw new Error(`"tasks/${file}" must default-export defineTask({ … })`);
    }
    const problem = findInputProblem(loaded.default.input);
    if (problem !== undefined) throw new Error(`"tasks/${file}" cannot be run: ${problem}`);
    tasks.set(name, loaded.default);
  }
  return tasks;
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
