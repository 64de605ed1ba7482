import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { entryLua } from "./attempt-entry.ts";
import { actLua, formatAct, type JobAct } from "./job-acts.ts";
import { formatMeant, type MeantJob, meantLua } from "./meant-job.ts";

/**
 * Ends a job that waits as BullMQ fails one, or has BullMQ fail it whenever a worker takes it again
 * (`defa`), which costs the queue's rate nothing. It is looked for where that is cheap first; only
 * the waiting list has to be searched, from the end that its age says it is nearer to.
 */
const script = `${entryLua}${actLua}${meantLua}
local job, id, now, reason, prefix, mode, act = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local states, created = ARGV[7], ARGV[8]
local function forget(answer)
  redis.call("ZREM", KEYS[10], id)
  if redis.call("TYPE", job).ok == "hash" and redis.call("HGET", job, "defa") == reason then
    redis.call("HDEL", job, "defa")
  end
  return { answer }
end
local function addedAt(key)
  return redis.call("TYPE", key).ok == "hash" and tonumber(redis.call("HGET", key, "timestamp")) or 0
end
local function nearerEnd()
  local newest, oldest = redis.call("LINDEX", KEYS[2], 0), redis.call("LINDEX", KEYS[2], -1)
  if not newest then return 1 end
  return 2 * addedAt(job) < addedAt(prefix .. newest) + addedAt(prefix .. oldest) and -1 or 1
end
-- Before anything is written: a job must not leave its list for one that cannot take it.
for key, kind in pairs({ [KEYS[7]] = "zset", [KEYS[8]] = "stream", [KEYS[9]] = "hash", [KEYS[10]] = "zset" }) do
  local found = redis.call("TYPE", key).ok
  if found ~= kind and found ~= "none" then
    return redis.error_reply("WRONGTYPE " .. key .. " is a " .. found .. ", expected a " .. kind)
  end
end
if redis.call("TYPE", job).ok ~= "hash" then return forget("gone") end
if redis.call("HEXISTS", job, "finishedOn") == 1 then return forget("ended") end
if mode == "settle" and redis.call("HGET", job, "defa") ~= reason then return forget("ended") end

if redis.call("LPOS", KEYS[4], id) then
  if not isMeant(job, "working", states, created) then return { "moved" } end
  if mode ~= "settle" then
    -- A full Redis takes what follows, too: a script is refused at its first write alone.
    redis.call("HDEL", job, "defa")
    redis.call("HSET", job, "defa", reason)
    redis.call("ZADD", KEYS[10], now, id)
    noteAct(job, act)
  end
  return { "running" }
end

local from
if not isMeant(job, redis.call("ZSCORE", KEYS[6], id) and "delayed" or "waiting", states, created) then
  return { "moved" }
end
if redis.call("ZREM", KEYS[6], id) == 1 then from = "delayed"
elseif redis.call("ZREM", KEYS[5], id) == 1 then from = "prioritized"
elseif redis.call("LREM", KEYS[2], nearerEnd(), id) == 1 or redis.call("LREM", KEYS[3], 1, id) == 1 then
  from = "waiting"
end
if not from then return forget("gone") end

local before = redis.call("HMGET", job, "name", "opts", "atm", "failedReason", "stacktrace", "endedBefore", "deid")
-- Without an attempt nothing else would tell, once somebody retries it, that it had ended.
redis.call("HSET", job, "failedReason", reason, "finishedOn", now, "endedBefore", 1)
if not before[3] then
  local start = (tonumber(redis.call("HGET", job, "ats")) or 0) + 1
  redis.call("HSET", job, "ats", start, fieldOf(start), start .. ' {"outcome":"none"}')
end
noteAct(job, act)
redis.call("ZADD", KEYS[7], now, id)
if before[7] then
  local key = prefix .. "de:" .. before[7]
  if redis.call("GET", key) == id then redis.call("DEL", key) end
end
local kept = redis.call("HGET", KEYS[9], "opts.maxLenEvents") or 10000
redis.call("XADD", KEYS[8], "MAXLEN", "~", kept, "*", "event", "failed", "jobId", id, "failedReason", reason, "prev", from)
forget("cancelled")
return { "cancelled", unpack(before, 1, 6) }
`;

/** Whether somebody wants it cancelled now, or was told before that it will be. */
export type CancelMode = "ask" | "settle";

/** What the script found, with fields of the job before its end where it has ended it. */
export type CancelAnswer = readonly [
  "cancelled" | "running" | "ended" | "moved" | "gone",
  ...fields: (string | null)[],
];

/** Where queues have the ids of running jobs that were cancelled: a sorted set, by when. */
export function marksKey(queue: Queue): string {
  return queue.toKey("cancelled");
}

/** Runs it; `reason` is what Redis keeps as that of the end. */
export async function runCancelScript(
  queue: Queue,
  redis: Redis,
  {
    id,
    mode,
    reason,
    act,
    meant = {},
  }: {
    readonly id: string;
    readonly mode: CancelMode;
    readonly reason: string;
    /** Who does it, for the job to keep; nobody if not given. */
    readonly act?: JobAct | undefined;
    /** Which job was meant, if that is said. */
    readonly meant?: MeantJob | undefined;
  },
): Promise<CancelAnswer> {
  const lists = ["wait", "paused", "active", "prioritized", "delayed", "failed", "events", "meta"];
  const keys = [queue.toKey(id), ...lists.map((name) => queue.toKey(name)), marksKey(queue)];
  const values = [
    id,
    Date.now(),
    reason,
    queue.toKey(""),
    mode,
    formatAct(act),
    ...formatMeant(meant),
  ];
  return (await redis.eval(script, keys.length, ...keys, ...values)) as CancelAnswer;
}
