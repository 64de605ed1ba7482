import type { Queue } from "bullmq";
import type { Redis } from "ioredis";

/** At most once, also where the connection breaks and it is sent again. */
const script = `
if redis.call("GET", KEYS[2]) ~= ARGV[1] or redis.call("TYPE", KEYS[1]).ok ~= "hash" then return end
local starts = tonumber(redis.call("HGET", KEYS[1], "ats") or nil) or 0
if redis.call("HDEL", KEYS[1], "processedOn") == 1 and starts >= 1 then
  redis.call("HSET", KEYS[1], "ats", string.format("%.0f", starts - 1))
end
redis.call("HDEL", KEYS[1], "pb")
`;

/**
 * Takes a start out of the job's record that whoever has its lock has not begun, and will not: the
 * next one is counted, and timed, in its place.
 */
export async function forgetStart(
  queue: Queue,
  redis: Redis,
  { id = "", token = "" }: { readonly id: string | undefined; readonly token: string | undefined },
): Promise<void> {
  const key = queue.toKey(id);
  await redis.eval(script, 2, key, `${key}:lock`, token);
}
