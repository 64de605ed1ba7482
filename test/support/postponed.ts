import type { Queue } from "bullmq";
import { until } from "./until.ts";

/** Waits until a worker has put the job off, then has it have waited since 1970. */
export async function exhaustPatience(queue: Queue, id: string): Promise<void> {
  const redis = await queue.getBackend().client;
  const key = queue.toKey(id);
  await until("the job to be put off", async () => (await redis.hexists(key, "postponed")) === 1);
  await redis.hset(key, { postponed: "0:0" });
  await (await queue.getJob(id))?.promote();
}
