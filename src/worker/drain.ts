import type { Worker } from "bullmq";
import type { Redis } from "ioredis";
import type { Log } from "../telemetry/log.ts";

/** Time for jobs to be handed back after they were cancelled. */
const handBackMs = 5_000;

/**
 * Stops a worker: it takes no more jobs, those running have `drainMs` to finish, and what is left
 * is cancelled and goes back to the queue. Resolves when all is settled, at the latest 5 s after
 * `drainMs`; BullMQ's own close never returns while Redis is away.
 */
export async function drainWorker(
  worker: Worker,
  {
    queue,
    redis,
    drainMs,
    running,
    log,
  }: { queue: string; redis: Redis; drainMs: number; running: () => number; log: Log },
): Promise<void> {
  log.info({ queue, running: running() }, "draining: no more jobs are taken");
  // Forced, it does not wait for Redis: the jobs' locks run out and another worker takes them over.
  if (redis.status !== "ready") {
    await worker.close(true);
    return;
  }
  const { promise: tooLong, resolve: giveUp } = Promise.withResolvers<void>();
  const cancel = setTimeout(() => {
    log.warn({ queue, running: running() }, `handing back what still runs after ${drainMs} ms`);
    worker.cancelAllJobs("the worker stops");
  }, drainMs);
  const end = setTimeout(giveUp, drainMs + handBackMs);
  await Promise.race([worker.close(), tooLong]);
  clearTimeout(cancel);
  clearTimeout(end);
  if (running() > 0)
    log.error({ queue, running: running() }, "jobs are left to be recovered as stalled");
}
