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

/** Of all that is kept, what starts outside of the stretch from ARGV[3] to ARGV[4] goes. */
const keepScript = `
if redis.call("HEXISTS", KEYS[1], ARGV[1]) == 0 then redis.call("HSET", KEYS[1], ARGV[1], ARGV[2]) end
local kept = redis.call("HGETALL", KEYS[1])
for i = 1, #kept, 2 do
  local start = tonumber(kept[i])
  if start == nil or start < tonumber(ARGV[3]) or start > tonumber(ARGV[4]) then
    redis.call("HDEL", KEYS[1], kept[i])
  end
end
`;

/**
 * Keeps what is told of a stretch of time, unless another producer did already, and forgets all that
 * start outside of `kept`, as what a clock has dated that went wrong.
 */
export async function keepBucket(
  home: Queue,
  redis: Redis,
  { startMs, text }: StoredBucket,
  kept: { readonly fromMs: number; readonly untilMs: number },
): Promise<void> {
  await redis.eval(keepScript, 1, bucketsKey(home), startMs, text, kept.fromMs, kept.untilMs);
}
