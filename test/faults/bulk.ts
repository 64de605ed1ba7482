import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { createRandomId } from "../../src/queue/job-id.ts";

/** So that Redis is not blocked for longer than it takes to write these. */
const batch = 5_000;

/** Writes what BullMQ writes for a job that waits, with the template's fields and ids of our form. */
const copyJob = `
local fields = redis.call("HGETALL", KEYS[1])
for number = ARGV[2], ARGV[3] do
  local digits = string.format("%012x", number):gsub("%d", function(digit)
    return string.char(digit:byte() + 55)
  end)
  local id = ARGV[1] .. digits
  redis.call("HSET", KEYS[3] .. id, unpack(fields))
  redis.call("LPUSH", KEYS[2], id)
end`;

/**
 * Adds many divisions as fast as Redis can write: one through BullMQ, the others as its copies, for
 * BullMQ adds a few thousand in a second. `onProgress` gets the number of those added so far.
 */
export async function addMany(
  queue: Queue,
  redis: Redis,
  count: number,
  onProgress: (added: number) => void = () => undefined,
): Promise<void> {
  const template = createRandomId();
  await queue.add("quotient", { x: 10, y: 2, delayMs: 0 }, { jobId: template });
  const keys = [queue.toKey(template), queue.toKey("wait"), queue.toKey("")];
  for (let added = 1; added < count; added += batch) {
    const last = Math.min(added + batch, count) - 1;
    await redis.eval(copyJob, keys.length, ...keys, template.slice(0, -12), added, last);
    onProgress(last + 1);
  }
}
