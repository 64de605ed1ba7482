import type { Tasks } from "../../task/registry.ts";
import { createFields, type Field } from "./fields.ts";

/** What tasks and their fields are called; their names where the task is no longer there. */
export interface TaskWording {
  readonly titleOf: (task: string) => string;
  readonly labelOf: (task: string, field: string) => string;
}

/** The fields of each task, as its form has them. */
export type TaskFields = ReadonlyMap<string, readonly Field[]>;

export function createTaskFields(tasks: Tasks): TaskFields {
  return new Map([...tasks].map(([name, task]) => [name, createFields(task)]));
}

export function createTaskWording(tasks: Tasks, fields: TaskFields): TaskWording {
  return {
    titleOf: (task) => tasks.get(task)?.title ?? task,
    labelOf: (task, field) => fields.get(task)?.find(({ name }) => name === field)?.label ?? field,
  };
}
