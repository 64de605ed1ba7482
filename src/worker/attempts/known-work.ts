import type { Job } from "bullmq";
import { z } from "zod";
import type { Tasks } from "../../task/registry.ts";
import type { Task } from "../../task/task.ts";

/** What a job asks for, as this release understands it, or why it does not. */
export type Work =
  | { readonly task: Task; readonly input: Record<string, unknown>; readonly problem?: never }
  | { readonly problem: string };

/** Looks a job's task up and reads its input; whoever took the job may have had another release. */
export function readWork(tasks: Tasks, { name, data }: Pick<Job, "name" | "data">): Work {
  const task = tasks.get(name);
  if (task === undefined) return { problem: `has no task "${name}"` };
  const refuses = (reason: string) => ({ problem: `has a task "${name}" that refuses: ${reason}` });
  try {
    const input = task.input.safeParse(data);
    return input.success ? { task, input: input.data } : refuses(z.prettifyError(input.error));
  } catch (error) {
    // A check of the task's own that throws.
    return refuses(String(error));
  }
}
