import type { BackendFactory, RedisQueueBackend } from "bullmq";
import type { Redis } from "ioredis";
import { noteHandRetry } from "./attempt-scripts.ts";
import { watchCallback } from "./callback-watch.ts";

/**
 * A queue's way to Redis, on which it is noted that somebody retries a job that has ended: how it
 * ended is taken out of its hash then. Its callback is looked at once it was retried.
 */
export function noteHandRetries(
  redis: Redis,
  create: BackendFactory<RedisQueueBackend>,
): BackendFactory<RedisQueueBackend> {
  return (...args) => {
    const backend = create(...args);
    const retryFinishedJob = backend.retryFinishedJob.bind(backend);
    backend.retryFinishedJob = async (job, state, options) => {
      const { id = "" } = job;
      const callsBack = await noteHandRetry(backend, redis, { id, state });
      await retryFinishedJob(job, state, options);
      // Where this fails, it is looked at all the same, only later.
      if (callsBack) await watchCallback(backend, redis, id).catch(() => undefined);
    };
    return backend;
  };
}
