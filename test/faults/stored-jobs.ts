import { queueName, queuePrefix } from "../../src/contract/topology.ts";
import { openRedis } from "../../src/queue/connection.ts";

/** How many jobs that clients submitted Redis holds, in whatever state: not the queue's heartbeats. */
export async function countSubmitted(redisUrl: string): Promise<number> {
  const redis = openRedis({ url: redisUrl, password: undefined }, "background");
  try {
    const jobs = new Set<string>();
    const match = `${queuePrefix}:${queueName}:[kt]-*`;
    for await (const keys of redis.scanStream({ match, type: "hash", count: 1_000 })) {
      for (const key of keys as string[]) jobs.add(key);
    }
    return jobs.size;
  } finally {
    redis.disconnect();
  }
}
