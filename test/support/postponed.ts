import type { JobsOptions, Queue } from "bullmq";
import { createRandomId } from "../../src/queue/job-id.ts";
import { carryTrace } from "../../src/queue/trace-carrier.ts";
import { until } from "./until.ts";

/** What a job's options have if a producer has taken it. */
export function asSubmitted(): JobsOptions {
  return { jobId: createRandomId(), ...carryTrace({}) };
}

/** Waits until a worker has put the job off, then has it have waited since 1970, until it is given up. */
export async function exhaustPatience(queue: Queue, id: string): Promise<void> {
  const redis = await queue.getBackend().client;
  const key = queue.toKey(id);
  await until("the job to be put off", async () => (await redis.hexists(key, "postponed")) === 1);
  await until("the job to be given up", async () => {
    await redis.hset(key, { postponed: "0:0" });
    const job = await queue.getJob(id);
    if (await job?.isDelayed()) {
      // A worker may have come before.
      await job?.promote().catch(() => undefined);
    }
    return job?.finishedOn !== undefined;
  });
}
