import type { IRedisClient } from "bullmq";
import { looksLikeKey } from "./job-id.ts";

/** Redis was asked for a hash, or another type, where something else is. */
export function isOfWrongType(error: unknown): boolean {
  return error instanceof Error && error.message.includes("WRONGTYPE");
}

/** Removes whatever a job's id names that is no hash, from all keys with the prefix. */
export async function removeRecordsOfWrongType(
  client: IRedisClient,
  prefix: string,
): Promise<void> {
  let cursor = "0";
  do {
    const [next, keys] = await client.scan(cursor, { MATCH: `${prefix}*`, COUNT: 1_000 });
    const records = keys.filter((key) => isRecordName(key.slice(prefix.length)));
    await Promise.all(
      records.map(async (key) => {
        const error: unknown = await client.hget(key, "name").catch((reason: unknown) => reason);
        if (isOfWrongType(error)) await client.del(key);
      }),
    );
    cursor = next;
  } while (cursor !== "0");
}

/** A job's own key, and neither the queue's nor that of one of the job's parts. */
function isRecordName(name: string): boolean {
  return !name.includes(":") && !looksLikeKey(name);
}
