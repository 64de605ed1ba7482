import { defaultQueue } from "../../src/contract/queues.ts";
import { openRedis } from "../../src/queue/connection.ts";
import { isJobId } from "../../src/queue/job-id.ts";
import { prefixOf } from "../../src/queue/keys.ts";

/** How many jobs that clients submitted Redis holds, in whatever state: not the queue's heartbeats. */
export async function countSubmitted(redisUrl: string): Promise<number> {
  const redis = openRedis({ url: redisUrl, password: undefined }, "background");
  try {
    const jobs = new Set<string>();
    const start = `${prefixOf(defaultQueue)}:${defaultQueue}:`;
    const match = `${start}*`;
    for await (const keys of redis.scanStream({ match, type: "hash", count: 1_000 })) {
      for (const key of keys as string[]) {
        if (isJobId(key.slice(start.length))) jobs.add(key);
      }
    }
    return jobs.size;
  } finally {
    redis.disconnect();
  }
}
