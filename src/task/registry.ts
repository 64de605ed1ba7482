import { readdir } from "node:fs/promises";
import { basename } from "node:path";
import { inspect } from "node:util";
import { findDefinitionProblem } from "./definition-problem.ts";
import { findExampleProblem } from "./example-problem.ts";
import { SubmitError } from "./failure.ts";
import { findInputProblem } from "./input-problem.ts";
import { findScheduleProblem } from "./schedule-problem.ts";
import { readTaskName } from "./task-files.ts";
import type { Task } from "./task.ts";

export type Tasks = ReadonlyMap<string, Task>;

/** Where the tasks that are shipped are defined. */
export const tasksFolder = new URL("../tasks/", import.meta.url);

/** How long a task's file may take to be loaded. */
export interface LoadLimits {
  /** A warning tells which file is waited for from then on. */
  readonly slowMs: number;
  readonly maxMs: number;
}
const loadLimits: LoadLimits = { slowMs: 2_000, maxMs: 10_000 };

/**
 * Loads every task of the folder, named like its file; folders, and files that are no modules, are
 * beside the matter. Throws, with the file's name, for a module that cannot be loaded within its
 * limit, does not default-export `defineTask({ … })`, or defines a task that could not work.
 */
export async function loadTasks(folder = tasksFolder, limits = loadLimits): Promise<Tasks> {
  const tasks = new Map<string, Task>();
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name);
  for (const name of files.toSorted().map(readTaskName)) {
    if (name !== undefined) tasks.set(name, await loadTask(locateTask(name, folder), limits));
  }
  return tasks;
}

/** Where the task of that name is defined. */
export function locateTask(name: string, folder = tasksFolder): URL {
  return new URL(`${name}.ts`, folder);
}

/** Names a task by what its file exports; the function throws `SubmitError` for one of no file. */
export function createNaming(tasks: Tasks): (task: Task) => string {
  const names = new Map([...tasks].map(([name, task]) => [task, name]));
  return (task) => {
    const name = names.get(task);
    if (name !== undefined) return name;
    throw new SubmitError(
      `the task "${task.title}" is not registered, expected the default export of a file in tasks/`,
    );
  };
}

/** Loads one file; throws as `loadTasks` does. */
export async function loadTask(file: URL, limits = loadLimits): Promise<Task> {
  const name = `"tasks/${basename(file.pathname)}"`;
  const { default: definition } = await loadModule(file, name, limits);
  if (!isObject(definition)) throw new Error(`${name} must default-export defineTask({ … })`);
  const problem = findTaskProblem(definition);
  if (problem !== undefined) throw new Error(`${name} cannot be run: ${problem}`);
  return definition as unknown as Task;
}

/** A top-level await that never ends would keep its process silent for ever. */
async function loadModule(
  file: URL,
  name: string,
  { slowMs, maxMs }: LoadLimits,
): Promise<{ readonly default?: unknown }> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const slow = setTimeout(() => {
    process.emitWarning(`${name} is still being loaded after ${slowMs} ms`);
  }, slowMs);
  const end = setTimeout(() => {
    reject(new Error(`${name} has not been loaded within ${maxMs} ms: does it await something?`));
  }, maxMs);
  try {
    return await Promise.race([importModule(file, name), late]);
  } finally {
    clearTimeout(slow);
    clearTimeout(end);
  }
}

async function importModule(file: URL, name: string): Promise<{ readonly default?: unknown }> {
  try {
    return await import(file.href);
  } catch (error) {
    throw new Error(`${name} cannot be loaded: ${describe(error)}`, { cause: error });
  }
}

/** Why services would refuse to start with a task of these fields, or `undefined`. */
export function findTaskProblem(definition: Readonly<Record<string, unknown>>): string | undefined {
  try {
    const problem = findDefinitionProblem(definition);
    if (problem !== undefined) return problem;
    const task = definition as unknown as Task;
    const examples: readonly unknown[] = task.examples ?? [];
    const inputs = examples.map((example) => (isObject(example) ? example["input"] : undefined));
    return (
      findInputProblem(task.input, inputs) ?? findExampleProblem(task) ?? findScheduleProblem(task)
    );
  } catch (error) {
    // Of a getter, or of a schema that makes its parts only when they are asked for.
    return describe(error);
  }
}

/** Anything can be thrown, also what has no text. */
function describe(error: unknown): string {
  return error instanceof Error ? String(error) : inspect(error, { depth: 0 });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
