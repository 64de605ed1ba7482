import type { Queue } from "bullmq";
import { readyAt } from "./ready-at.ts";

/** BullMQ's states, and what they are called everywhere else. */
const states = {
  waiting: "waiting",
  prioritized: "prioritized",
  active: "active",
  delayed: "delayed",
  "waiting-children": "waiting_children",
  completed: "succeeded",
  failed: "failed",
} as const;
type JobState = (typeof states)[keyof typeof states];

/** The queue at one moment. Reading it costs the same at ten jobs and at a million. */
export interface QueueState {
  readonly jobs: Readonly<Record<JobState, number>>;
  /** Unix time in ms from which the oldest waiting job could have run; `undefined` when none waits. */
  readonly oldestReadyAt: number | undefined;
  readonly paused: boolean;
  readonly workers: number;
}

export async function readQueueState(queue: Queue): Promise<QueueState> {
  const [counts, [oldest], paused, workers] = await Promise.all([
    queue.getJobCounts(...objectKeys(states)),
    queue.getWaiting(0, 0),
    queue.isPaused(),
    queue.getWorkersCount(),
  ]);
  const jobs = Object.fromEntries(
    objectKeys(states).map((state) => [states[state], counts[state] ?? 0]),
  ) as Record<JobState, number>;
  return {
    jobs,
    oldestReadyAt: oldest === undefined ? undefined : readyAt(oldest),
    paused,
    workers,
  };
}

function objectKeys<K extends string>(object: Readonly<Record<K, unknown>>): K[] {
  return Object.keys(object) as K[];
}
