import { type JobsOptions, Queue, QueueEvents } from "bullmq";
import type { Redis } from "ioredis";
import { queueName } from "../contract/queues.ts";
import { createTolerantBackend } from "./backend.ts";
import { prefixOf } from "./keys.ts";

const day = 86_400;

/**
 * How long, in seconds, ended jobs are kept while there is memory for them (src/queue/budget.ts). No
 * number of jobs bounds it: whoever sends many short ones would make all others' results go.
 */
export const retention = {
  completed: { age: day },
  failed: { age: 7 * day },
} as const;

/** BullMQ's names of the two sets of jobs that have ended. */
export type EndedSet = keyof typeof retention;
export const endedSets = { succeeded: "completed", failed: "failed" } as const;

/** What every job gets; a client never sets job options. */
const jobOptions = {
  attempts: 4,
  backoff: { type: "exponential", delay: 1_000, jitter: 0.5 },
  // Retention is per queue, so this is also how long an Idempotency-Key is remembered.
  removeOnComplete: retention.completed,
  removeOnFail: retention.failed,
  stackTraceLimit: 5,
  keepLogs: 100,
} as const satisfies JobsOptions;

/** How queue and worker talk to Redis. */
export const queueBackend = createTolerantBackend(jobOptions);

/**
 * The queue on a connection that the caller opened and closes.
 * It never waits for the connection: calls fail while that is not ready and work once it is.
 */
export function createQueue(redis: Redis, name: string = queueName): Queue {
  const queue = new Queue(
    name,
    {
      connection: redis,
      prefix: prefixOf(name),
      defaultJobOptions: jobOptions,
      // Waiting hangs every request made before Redis is up; skipping only the wait, and not the
      // version check, would keep the first check's failure for ever.
      skipWaitingForReady: true,
      skipVersionCheck: true,
    },
    queueBackend,
  );
  // Whoever opened the connection logs its errors; with no listener here BullMQ prints them raw.
  queue.on("error", () => undefined);
  return queue;
}

/** The queue's events, on a connection that serves nothing else and that the caller opened and closes. */
export function createQueueEvents(redis: Redis, name: string = queueName): QueueEvents {
  // BullMQ would listen on a copy, which nobody could observe, nor close while Redis is away.
  redis.duplicate = () => redis;
  const events = new QueueEvents(name, { connection: redis, prefix: prefixOf(name) });
  // It repeats what its connection says, which is logged already; unheard, BullMQ prints it raw.
  events.on("error", () => undefined);
  return events;
}
