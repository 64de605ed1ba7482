import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { tasksFolder } from "../../contract/task-files.ts";
import { findNameProblem, titleOf } from "./task-name.ts";
import { createTaskSource, createTestSource } from "./task-template.ts";

/** Paths within the project. */
export interface NewTask {
  readonly file: string;
  readonly test: string;
}

/** Writes a task and its test. Throws for a name that no task can have or that is taken; then nothing is written. */
export function writeNewTask(project: string, name: string): NewTask {
  const problem = findNameProblem(name);
  if (problem !== undefined) throw new Error(problem);
  const file = join(tasksFolder, `${name}.ts`);
  const test = join("test/tasks", `${name}.test.ts`);
  for (const path of [file, test]) {
    if (existsSync(join(project, path))) {
      throw new Error(`"${path}" is there already: expected the name of a task that is not`);
    }
  }
  const written: string[] = [];
  try {
    // The test first: what would be loaded at once is there when all else is.
    write(test, createTestSource(name));
    write(file, createTaskSource(titleOf(name)));
  } catch (error) {
    for (const path of written) rmSync(path, { force: true });
    throw new Error(`cannot write the task "${name}": ${String(error)}`, { cause: error });
  }
  return { file, test };

  function write(path: string, source: string): void {
    const target = join(project, path);
    mkdirSync(dirname(target), { recursive: true });
    // Not over what somebody else has made meanwhile.
    writeFileSync(target, source, { flag: "wx" });
    written.push(target);
  }
}
