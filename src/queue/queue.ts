import { type JobsOptions, Queue, QueueEvents } from "bullmq";
import type { Redis } from "ioredis";
import { reportLimits } from "../contract/job-reports.ts";
import { defaultPolicy } from "../contract/job-policy.ts";
import { defaultQueue, type QueueSpec, queues } from "../contract/queues.ts";
import { createTolerantBackend } from "./backend.ts";
import { noteHandRetries } from "./hand-retries.ts";
import { createPolicyOptions } from "./job-options.ts";
import { prefixOf } from "./keys.ts";

/** BullMQ's names of the two sets of jobs that have ended. */
export const endedSets = { succeeded: "completed", failed: "failed" } as const;
export type EndedSet = (typeof endedSets)[keyof typeof endedSets];

type Keep = QueueSpec["keep"];

/** What every job of a queue gets; a client never sets job options. */
function createJobOptions({ succeededSeconds, failedSeconds }: Keep) {
  return {
    ...createPolicyOptions(defaultPolicy),
    // No number of jobs bounds what is kept: whoever sends many short ones would make all others'
    // results go. The memory does (src/queue/budget.ts).
    removeOnComplete: { age: succeededSeconds },
    removeOnFail: { age: failedSeconds },
    stackTraceLimit: 5,
    keepLogs: reportLimits.lines,
  } satisfies JobsOptions;
}

/** How a queue that keeps ended jobs so long, and its workers, talk to Redis. */
export function createQueueBackend(keep: Keep) {
  return createTolerantBackend(createJobOptions(keep));
}

/**
 * The queue on a connection that the caller opened and closes.
 * It never waits for the connection: calls fail while that is not ready and work once it is.
 */
export function createQueue(
  redis: Redis,
  name: string = defaultQueue,
  { keep }: Pick<QueueSpec, "keep"> = queues[defaultQueue],
): Queue {
  const queue = new Queue(
    name,
    {
      connection: redis,
      prefix: prefixOf(name),
      defaultJobOptions: createJobOptions(keep),
      // Waiting hangs every request made before Redis is up; skipping only the wait, and not the
      // version check, would keep the first check's failure for ever.
      skipWaitingForReady: true,
      skipVersionCheck: true,
    },
    noteHandRetries(redis, createQueueBackend(keep)),
  );
  // Whoever opened the connection logs its errors; with no listener here BullMQ prints them raw.
  queue.on("error", () => undefined);
  return queue;
}

/** The queue's events, on a connection that serves nothing else and that the caller opened and closes. */
export function createQueueEvents(redis: Redis, name: string): QueueEvents {
  // BullMQ would listen on a copy, which nobody could observe, nor close while Redis is away.
  redis.duplicate = () => redis;
  const events = new QueueEvents(name, { connection: redis, prefix: prefixOf(name) });
  // It repeats what its connection says, which is logged already; unheard, BullMQ prints it raw.
  events.on("error", () => undefined);
  return events;
}
