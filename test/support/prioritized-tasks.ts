import { z } from "zod";
import { priorities, type Priority } from "../../src/contract/job-policy.ts";
import { defineTask, type Task } from "../../src/task/task.ts";
import { postJson, readBody } from "./client.ts";

/** A task of each priority, named after it, and the runs of their jobs so far, as `low 2`. */
export function createPrioritizedTasks(more: Partial<Task> = {}) {
  const runs: string[] = [];
  const tasks = new Map(
    (Object.keys(priorities) as Priority[]).map((priority) => [
      priority,
      defineTask({
        title: priority,
        description: "",
        input: z.strictObject({ n: z.int() }),
        timeLimitMs: 60_000,
        priority,
        async run(input, job) {
          runs.push(`${priority} ${input.n}`);
          return more.run?.(input, job) ?? null;
        },
        ...(more.attempts && { attempts: more.attempts }),
        ...(more.unique && { unique: more.unique }),
      }),
    ]),
  );
  return { tasks, runs };
}

/** Returns a function that submits job number `n` of such a task, and returns its id. */
export function createSubmit(url: string) {
  return async (task: Priority, n: number, more: object = {}): Promise<string> => {
    const sent = await postJson(`${url}/api/v1/jobs`, { task, input: { n }, ...more });
    if (sent.status !== 202) throw new Error(`${sent.status}: ${await sent.text()}`);
    return (await readBody(sent)).id;
  };
}
