import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { forgottenAfterSeconds, maxWorkers } from "../contract/workers.ts";
import { type DrainOrder, readOrder } from "./worker-orders.ts";
import { workerKey, workerPrefix, workersKey } from "./worker-keys.ts";
import { formatReport, type WorkerReport } from "./worker-report.ts";

/** Workers that one report removes at most, so that none takes Redis long. */
const removedAtOnce = 100;

/**
 * What is of the wrong type was put there by hand. A worker whose time is ahead of Redis' clock, which
 * was set back, would never be forgotten. Of too many, those go first that have been silent longest,
 * but none that is drained.
 */
const reportScript = `
local function clear(name, kind)
  local found = redis.call("TYPE", name).ok
  if found ~= "none" and found ~= kind then redis.call("DEL", name) end
end
local prefix, id, keptMs, most = ARGV[1], ARGV[2], tonumber(ARGV[4]), tonumber(ARGV[5])
local atOnce = tonumber(ARGV[6])
local own = prefix .. id
clear(KEYS[1], "zset")
clear(own, "hash")
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- A full Redis takes what follows, too: a script is refused at its first write alone.
redis.call("HDEL", own, "none")
local function forget(other)
  redis.call("ZREM", KEYS[1], other)
  redis.call("DEL", prefix .. other)
end
redis.call("HSET", own, "report", ARGV[3])
redis.call("PEXPIRE", own, keptMs)
redis.call("ZADD", KEYS[1], now, id)
redis.call("PEXPIRE", KEYS[1], keptMs)
for _, other in ipairs(redis.call("ZRANGEBYSCORE", KEYS[1], "(" .. now, "+inf", "LIMIT", 0, atOnce)) do
  redis.call("ZADD", KEYS[1], now, other)
end
for _, other in ipairs(redis.call("ZRANGEBYSCORE", KEYS[1], "-inf", now - keptMs, "LIMIT", 0, atOnce)) do
  forget(other)
end
local tooMany = math.min(atOnce, redis.call("ZCARD", KEYS[1]) - most)
if tooMany > 0 then
  for _, other in ipairs(redis.call("ZRANGE", KEYS[1], 0, tooMany + atOnce)) do
    if tooMany > 0 and redis.pcall("HEXISTS", prefix .. other, "drain_at") ~= 1 then
      forget(other)
      tooMany = tooMany - 1
    end
  end
end
return redis.call("HMGET", own, "drain_at", "drain_by")
`;

/**
 * Says what a worker of this id reports, and returns the operator's order that it is to follow, if there
 * is one: both in one command. Forgets workers that have been silent for too long, and of too many those that have been silent longest.
 */
export async function reportWorker(
  home: Queue,
  redis: Redis,
  { id, report }: { readonly id: string; readonly report: WorkerReport },
): Promise<DrainOrder | undefined> {
  const values = [
    workerPrefix(home),
    id,
    formatReport(report),
    forgottenAfterSeconds * 1_000,
    maxWorkers,
    removedAtOnce,
  ];
  const answer = await redis.eval(reportScript, 1, workersKey(home), ...values);
  return readOrder(answer as [string | null, string | null]);
}

/** In one step, but no transaction: a full Redis refuses to queue those, whatever they remove. */
const removeScript = `
redis.call("ZREM", KEYS[1], ARGV[1])
redis.call("DEL", KEYS[2])
`;

/** Forgets a worker that has stopped as it should. */
export async function removeWorker(home: Queue, redis: Redis, id: string): Promise<void> {
  await redis.eval(removeScript, 2, workersKey(home), workerKey(home, id), id);
}
