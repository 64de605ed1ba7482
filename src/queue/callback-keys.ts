import type { RedisQueueBackend } from "bullmq";

/**
 * A queue, by how its keys are called. It has its callbacks in a sorted set: ids of jobs, by when they
 * are to be looked at next, in Unix time in ms by Redis' clock. A half of a millisecond says that a
 * producer has one in hand, and until when: after that, another takes it over. In a second set are those
 * that have failed, by when their job ended; each of them has a hash, which outlives the job. How many of
 * them each client has is in a hash of its own.
 */
export type CallbackQueue = Pick<RedisQueueBackend, "toKey">;

/** The queue's set of callbacks. */
export function callbacksKey(queue: CallbackQueue): string {
  return queue.toKey("callbacks");
}

/** Those that take and settle callbacks work on. */
export function callbackKeysOf(queue: CallbackQueue): [due: string, late: string, counts: string] {
  return [callbacksKey(queue), queue.toKey("callbacks-late"), queue.toKey("callbacks-late-of")];
}

/** What each script of callbacks begins with. */
export const callbackLua = `
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function read(key, ...)
  return redis.call("TYPE", key).ok == "hash" and redis.call("HMGET", key, ...) or {}
end
local function countOf(counts, client) return tonumber(redis.call("HGET", counts, client)) or 0 end
local function uncount(late, counts, record, id)
  local client = redis.call("ZREM", late, id) == 1 and read(record, "counted")[1]
  local left = client and countOf(counts, client) - 1
  if left and left > 0 then redis.call("HSET", counts, client, left)
  elseif left then redis.call("HDEL", counts, client) end
  if redis.call("EXISTS", late) == 0 then redis.call("DEL", counts) end
end
`;
