import type { Queues } from "../contract/queues.ts";
import type { Tasks } from "./registry.ts";
import type { Task } from "./task.ts";

/** The queue that the task's jobs wait in: the first, where it names none of these. */
export function queueOf({ queue }: Pick<Task, "queue">, queues: Queues): string {
  if (queue !== undefined && Object.hasOwn(queues, queue)) return queue;
  const [first] = Object.keys(queues);
  if (first === undefined) throw new Error("expected at least one queue");
  return first;
}

/** The names of each queue's tasks. */
export function groupByQueue(tasks: Tasks, queues: Queues): Map<string, string[]> {
  const names = new Map(Object.keys(queues).map((name): [string, string[]] => [name, []]));
  for (const [name, task] of tasks) names.get(queueOf(task, queues))?.push(name);
  return names;
}
