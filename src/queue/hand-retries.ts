import type { BackendFactory, RedisQueueBackend } from "bullmq";
import type { Redis } from "ioredis";
import { noteHandRetry } from "./attempt-scripts.ts";

/**
 * A queue's way to Redis, on which it is noted that somebody retries a job that has ended: how it
 * ended is taken out of its hash then.
 */
export function noteHandRetries(
  redis: Redis,
  create: BackendFactory<RedisQueueBackend>,
): BackendFactory<RedisQueueBackend> {
  return (...args) => {
    const backend = create(...args);
    const retryFinishedJob = backend.retryFinishedJob.bind(backend);
    backend.retryFinishedJob = async (job, state, options) => {
      await noteHandRetry(backend, redis, { id: job.id ?? "", state });
      return retryFinishedJob(job, state, options);
    };
    return backend;
  };
}
