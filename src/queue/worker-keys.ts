import type { Queue } from "bullmq";

/**
 * A sorted set of a deployment's workers, below the first of its queues: id -> when it reported last,
 * as Unix time in ms by Redis.
 */
export function workersKey(home: Queue): string {
  return home.toKey("workers");
}

/** What the hash of each worker is called, before the worker's id. */
export function workerPrefix(home: Queue): string {
  return home.toKey("worker:");
}

/**
 * A worker's hash, which Redis forgets by itself. It has its latest `report`, and while an operator has
 * it drained `drain_at`, since when as Unix time in ms by Redis, and `drain_by`, who did that.
 */
export function workerKey(home: Queue, id: string): string {
  return `${workerPrefix(home)}${id}`;
}
