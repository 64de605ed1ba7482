/** The queues that jobs wait in, and what their keys in Redis begin with. */

const day = 86_400;

/** A queue, as plain data. What it says of all workers together is kept in Redis, and renewed by each worker. */
export interface QueueSpec {
  readonly description: string;
  /** 99 % of its jobs are to start within as much; alerts say when they do not. An edge of the histogram of waits. */
  readonly startWithinSeconds: number;
  /** Jobs of it that run at once, over all workers; as many as there are slots if not given. */
  readonly concurrency?: number;
  /**
   * Jobs of it that are started, over all workers: `max` in a window of `perMs`, which begins with the
   * first of them. So of any such time up to twice as many may begin in it.
   */
  readonly rate?: { readonly max: number; readonly perMs: number };
  /** Jobs of it that one worker runs at once; `WORKER_CONCURRENCY` if not given. */
  readonly slots?: number;
  /**
   * How long, in seconds, ended jobs are kept while there is memory for them; so long an
   * Idempotency-Key is remembered, too.
   */
  readonly keep: { readonly succeededSeconds: number; readonly failedSeconds: number };
}

/** By name. The first takes the jobs of tasks that name no queue. */
export type Queues = Readonly<Record<string, QueueSpec>>;

export const queues = {
  default: {
    description: "Work that somebody waits for.",
    startWithinSeconds: 10,
    keep: { succeededSeconds: day, failedSeconds: 7 * day },
  },
  slow: {
    description: "Long work, which must not keep short work waiting.",
    startWithinSeconds: 300,
    concurrency: 4,
    slots: 2,
    keep: { succeededSeconds: day, failedSeconds: 7 * day },
  },
} as const satisfies Queues;

export type QueueName = keyof typeof queues;

/** Where the jobs of tasks wait that name no queue. */
export const defaultQueue: QueueName = "default";

/** What can hold the jobs of a queue back although workers have free slots. */
export const queueLimits = ["concurrency", "rate"] as const;
export type QueueLimit = (typeof queueLimits)[number];

/** Time between two heartbeats: jobs that show whether a queue without any work still works. */
export const heartbeatEverySeconds = 30;

/** How long a job waits for a worker that knows its task and takes its input: releases change within it. */
export const knownWithinSeconds = 900;

/**
 * Every key of ours begins with this, in braces, as Redis Cluster wants it: keys of one queue share
 * a slot, so that commands over several of them stay possible when the broker has shards.
 */
export const keyTags = { queue: "tripod:", deployment: "tripod" } as const;
