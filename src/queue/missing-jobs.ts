import type { Redis } from "ioredis";
import { readAnswers } from "./answers.ts";
import type { QueueKeys } from "./job-events.ts";

/** Which of these jobs have no record any more. */
export async function readMissing(
  redis: Redis,
  { prefix }: QueueKeys,
  ids: readonly string[],
): Promise<string[]> {
  if (ids.length === 0) return [];
  const found = await readAnswers(redis.pipeline(ids.map((id) => ["exists", `${prefix}${id}`])));
  return ids.filter((_, i) => found[i] === 0);
}
