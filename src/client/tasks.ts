import type { z } from "zod";
import type { KeptResult, KeptValue } from "../task/kept-value.ts";
import type { Task } from "../task/task.ts";

/** An interface of tasks by their names, as `src/tasks/tasks.d.ts` has one. */
export type TasksOf<Tasks> = { readonly [Name in keyof Tasks]: Task };

/** Where it is not known which tasks there are. */
export type AnyTasks = Readonly<Record<string, Task>>;

export type TaskName<Tasks> = Extract<keyof Tasks, string>;

/** What the task takes: a field that has a default may be left out. */
export type InputOf<Tasks extends TasksOf<Tasks>, Name extends TaskName<Tasks>> = z.input<
  Tasks[Name]["input"]
>;

/** What is told of the input, with its defaults. */
export type TakenInputOf<Tasks extends TasksOf<Tasks>, Name extends TaskName<Tasks>> = KeptValue<
  z.output<Tasks[Name]["input"]>
>;

/** What is told of the result. */
export type ResultOf<Tasks extends TasksOf<Tasks>, Name extends TaskName<Tasks>> = KeptResult<
  Awaited<ReturnType<Tasks[Name]["run"]>>
>;
