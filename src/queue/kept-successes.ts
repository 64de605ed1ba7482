import type { BackendFactory, RedisQueueBackend } from "bullmq";
import type { Redis } from "ioredis";
import { noteSuccess } from "./attempt-scripts.ts";

/** A queue's way to Redis, on which a success is noted before somebody retries it by hand. */
export function keepSuccesses(
  redis: Redis,
  create: BackendFactory<RedisQueueBackend>,
): BackendFactory<RedisQueueBackend> {
  return (...args) => {
    const backend = create(...args);
    const retryFinishedJob = backend.retryFinishedJob.bind(backend);
    backend.retryFinishedJob = async (job, state, options) => {
      if (state === "completed") await noteSuccess(backend, redis, job.id ?? "");
      return retryFinishedJob(job, state, options);
    };
    return backend;
  };
}
