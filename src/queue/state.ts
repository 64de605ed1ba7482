import type { Queue } from "bullmq";
import { type QueueLimit, queueLimits, type QueueSpec } from "../contract/queues.ts";
import { type JobState, jobStates } from "./job-lists.ts";

/** What BullMQ's states are called everywhere else. */
const names = {
  waiting: "waiting",
  prioritized: "prioritized",
  active: "active",
  delayed: "delayed",
  "waiting-children": "waiting_children",
  completed: "succeeded",
  failed: "failed",
} as const satisfies Record<JobState, string>;
type StateName = (typeof names)[JobState];

/** The queue at one moment. Reading it costs the same at ten jobs and at a million. */
export interface QueueState {
  readonly jobs: Readonly<Record<StateName, number>>;
  readonly paused: boolean;
  readonly workers: number;
  /** What holds its waiting jobs back at this moment, however many slots are free. */
  readonly heldBy: readonly QueueLimit[];
}

export async function readQueueState(
  queue: Queue,
  { concurrency = Infinity, rate }: Pick<QueueSpec, "concurrency" | "rate">,
): Promise<QueueState> {
  const [counts, paused, workers, fullMs] = await Promise.all([
    queue.getJobCounts(...jobStates),
    queue.isPaused(),
    queue.getWorkersCount(),
    rate === undefined ? 0 : queue.getRateLimitTtl(rate.max),
  ]);
  const jobs = Object.fromEntries(
    jobStates.map((state) => [names[state], counts[state] ?? 0]),
  ) as Record<StateName, number>;
  return {
    jobs,
    paused,
    workers,
    heldBy: queueLimits.filter((limit) =>
      limit === "rate" ? fullMs > 0 : jobs.active >= concurrency,
    ),
  };
}
