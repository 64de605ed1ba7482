import type { Queue } from "bullmq";
import type { Redis } from "ioredis";

/** What was told of a stretch of time: its start as Unix time in ms, and its text. */
export interface StoredBucket {
  readonly startMs: number;
  readonly text: string;
}

/** A hash below the first of a deployment's queues: start of a stretch -> its text. */
function bucketsKey(home: Queue): string {
  return home.toKey("overview");
}

/** Those that are kept, in any order. */
export async function readBuckets(home: Queue, redis: Redis): Promise<StoredBucket[]> {
  const found = await redis.hgetall(bucketsKey(home));
  return Object.entries(found).map(([start, text]) => ({ startMs: Number(start), text }));
}

/** What is kept of, and by how much a producer's clock may be wrong, in ms. */
const keptMs = 86_400_000;
const slackMs = 600_000;

/** By Redis' clock, which all producers share: one whose own is wrong takes nothing of the others' away. */
const keepScript = `
local now = redis.call("TIME")[1] * 1000
local function isOfDay(start)
  return start ~= nil and start >= now - ${keptMs + slackMs} and start <= now + ${slackMs}
end
if isOfDay(tonumber(ARGV[1])) and redis.call("HEXISTS", KEYS[1], ARGV[1]) == 0 then
  redis.call("HSET", KEYS[1], ARGV[1], ARGV[2])
end
local kept = redis.call("HGETALL", KEYS[1])
for i = 1, #kept, 2 do
  if not isOfDay(tonumber(kept[i])) then redis.call("HDEL", KEYS[1], kept[i]) end
end
`;

/**
 * Keeps what is told of a stretch of time of the last day, unless another producer did already, and
 * forgets all that start before or after it, as what a clock has dated that went wrong.
 */
export async function keepBucket(
  home: Queue,
  redis: Redis,
  { startMs, text }: StoredBucket,
): Promise<void> {
  await redis.eval(keepScript, 1, bucketsKey(home), startMs, text);
}
