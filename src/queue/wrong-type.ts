import type { IRedisClient } from "bullmq";
import { looksLikeKey } from "./job-id.ts";
import { jobLists } from "./job-lists.ts";

/** Redis was asked for a hash, or another type, where something else is. */
export function isOfWrongType(error: unknown): boolean {
  return error instanceof Error && error.message.includes("WRONGTYPE");
}

const commands = { list: "lrange", "sorted set": "zrange" } as const;

/** Ids that are looked at in one go. */
const batch = 1_000;

/** Removes whatever the ids in the queue's lists name that is no hash; all keys have the prefix. */
export async function removeRecordsOfWrongType(
  client: IRedisClient,
  prefix: string,
): Promise<void> {
  for (const [list, { type }] of Object.entries(jobLists)) {
    for (let start = 0; ; start += batch) {
      const ids = await client[commands[type]](`${prefix}${list}`, start, start + batch - 1).catch(
        (error: unknown) => {
          // A list that is none holds no ids.
          if (isOfWrongType(error)) return [];
          throw error;
        },
      );
      await Promise.all(
        ids.filter(isRecordName).map((id) => removeIfWrong(client, `${prefix}${id}`)),
      );
      if (ids.length < batch) break;
    }
  }
}

async function removeIfWrong(client: IRedisClient, key: string): Promise<void> {
  const error: unknown = await client.hget(key, "name").catch((reason: unknown) => reason);
  if (isOfWrongType(error)) await client.del(key, `${key}:logs`);
}

/** A job's own key, and neither the queue's nor that of one of the job's parts. */
function isRecordName(name: string): boolean {
  return !name.includes(":") && !looksLikeKey(name);
}
