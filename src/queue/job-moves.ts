import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { retryLua } from "./attempt-scripts.ts";
import { marksKey } from "./cancel-script.ts";
import { actLua, formatAct, type JobAct } from "./job-acts.ts";
import { formatMeant, type MeantJob, meantLua } from "./meant-job.ts";
import { waitingLua } from "./waiting-lua.ts";

/** What each script begins with: the job, its id, who does it, and the queue's keys by their names. */
const startLua = `${retryLua}${actLua}${waitingLua}
local job, id, act, prefix = KEYS[1], ARGV[1], ARGV[2], ARGV[3]
local function key(name) return prefix .. name end
local function findWrong(kinds)
  for name, kind in pairs(kinds) do
    local found = redis.call("TYPE", key(name)).ok
    if found ~= kind and found ~= "none" then
      return redis.error_reply("WRONGTYPE " .. key(name) .. " is a " .. found .. ", expected a " .. kind)
    end
  end
end
if not isHash(job) then return "gone" end
`;

/** What became of it: done, or why it was not; in the second case nothing was changed. */
export type Retry =
  | "done"
  /** There is no such job. */
  | "gone"
  /** It is not the one that was meant, but another one under its id. */
  | "moved"
  /** It has not ended. */
  | "unended"
  /** It has ended well, which was not asked for. */
  | "succeeded"
  /** What Redis holds of it cannot run. */
  | "damaged"
  /** It belongs to another job, which BullMQ has waiting for it. */
  | "child"
  /** Another job has its unique key. */
  | "held";

const retryScript = `${startLua}${meantLua}
local again, now, bulk, created = ARGV[4] == "1", ARGV[5], ARGV[6], ARGV[7]
if not isMeant(job, "", "", created) then return "moved" end
if bulk ~= "" and redis.call("HGET", job, "bulk") == bulk then return "done" end
local from = redis.call("ZSCORE", key("failed"), id) and "failed"
  or redis.call("ZSCORE", key("completed"), id) and "completed"
if not from then return "unended" end
if from == "completed" and not again then return "succeeded" end
local kept = redis.call("HMGET", job, "name", "data", "deid", "parentKey")
if not kept[1] or kept[1] == "" or string.sub(kept[2] or "", 1, 1) ~= "{" then return "damaged" end
if kept[4] then return "child" end
local unique = kept[3] and key("de:" .. kept[3])
local holder = unique and redis.call("GET", unique)
if holder and holder ~= id and redis.call("EXISTS", key(holder)) == 1 then return "held" end
-- Before anything is written: a job must not leave its set for a list that cannot take it.
local wrong = findWrong({ wait = "list", prioritized = "zset", pc = "string", meta = "hash", marker = "zset", events = "stream",
  callbacks = "zset", cancelled = "zset" })
if wrong then return wrong end
noteRetry(job, id, from, now, key("callbacks"), now)
redis.call("ZREM", key(from), id)
redis.call("ZREM", KEYS[2], id)
redis.call("HDEL", job, "finishedOn", "processedOn", "failedReason", "returnvalue", "atm", "stc", "defa", "postponed")
redis.call("HSET", job, "endedBefore", 1)
if bulk ~= "" then redis.call("HSET", job, "bulk", bulk) end
if unique then redis.call("SET", unique, id) end
noteAct(job, act)
putInLine(job, id, key)
tell(key, "waiting", id, from)
return "done"
`;

export interface Move {
  readonly id: string;
  /** Who does it, for the job to keep. */
  readonly act?: JobAct | undefined;
  /** The run of many that it belongs to: it acts on no job twice, whoever goes on with it. */
  readonly bulk?: string | undefined;
}

/**
 * Has a job that has ended wait again, in one step: all of its policy's attempts are before it once more,
 * and its history goes on. One that has succeeded only where `evenIfSucceeded` says so, and none but the
 * one that was submitted at `createdAt`, as Unix time in ms, if that is said.
 */
export async function retryJob(
  queue: Queue,
  redis: Redis,
  {
    evenIfSucceeded = false,
    createdAt,
    ...move
  }: Move & Pick<MeantJob, "createdAt"> & { readonly evenIfSucceeded?: boolean },
): Promise<Retry> {
  const [, created] = formatMeant({ createdAt });
  const answer = await run(retryScript, queue, redis, move, [
    evenIfSucceeded ? 1 : 0,
    Date.now(),
    move.bulk ?? "",
    created,
  ]);
  return answer as Retry;
}

/** As of `Retry`; `undelayed`: it waits for no time. */
export type Promotion = "done" | "gone" | "undelayed";

const promoteScript = `${startLua}
if not redis.call("ZSCORE", key("delayed"), id) then return "undelayed" end
local wrong = findWrong({ wait = "list", prioritized = "zset", pc = "string", meta = "hash", marker = "zset", events = "stream" })
if wrong then return wrong end
redis.call("ZREM", key("delayed"), id)
redis.call("HSET", job, "delay", 0)
noteAct(job, act)
putInLine(job, id, key)
tell(key, "waiting", id, "delayed")
return "done"
`;

/** Has a job that waits for its time wait for a worker instead, behind all of its priority, in one step. */
export async function promoteJob(queue: Queue, redis: Redis, move: Move): Promise<Promotion> {
  return (await run(promoteScript, queue, redis, move)) as Promotion;
}

/** As of `Retry`; `working`: a worker has it; `moved`: it is not the one that was meant any more. */
export type Removal = "done" | "gone" | "working" | "moved" | "child";

const removeScript = `${startLua}${meantLua}
local states, created = ARGV[4], ARGV[5]
if redis.call("LPOS", key("active"), id) or redis.call("EXISTS", job .. ":lock") == 1 then return "working" end
local kept = redis.call("HMGET", job, "deid", "parentKey")
if kept[2] then return "child" end
local from, endedAt
for _, name in ipairs({ "completed", "failed", "delayed", "prioritized" }) do
  local score = redis.call("ZSCORE", key(name), id)
  if score then from, endedAt = name, score break end
end
local places = { completed = "succeeded", failed = "failed", delayed = "delayed" }
if not isMeant(job, places[from] or "waiting", states, created) then
  if from or redis.call("LPOS", key("wait"), id) or redis.call("LPOS", key("paused"), id) then return "moved" end
  return "gone"
end
local wrong = findWrong({ events = "stream", cancelled = "zset", forgotten = "hash" })
if wrong then return wrong end
local isHolder = kept[1] and redis.call("GET", key("de:" .. kept[1])) == id
if from then redis.call("ZREM", key(from), id) end
if not from then
  for _, name in ipairs({ "wait", "paused" }) do
    if redis.call("LREM", key(name), 1, id) == 1 then from = name break end
  end
end
if not from then return "gone" end
redis.call("ZREM", KEYS[2], id)
if isHolder then
  redis.call("DEL", key("de:" .. kept[1]), key("dn:" .. kept[1]))
end
for _, part in ipairs({ "", ":logs", ":dependencies", ":processed", ":failed", ":unsuccessful" }) do
  redis.call("DEL", job .. part)
end
-- Whoever counts what has ended by what is kept would count too few before that.
if (from == "completed" or from == "failed")
  and tonumber(endedAt) > (tonumber(redis.call("HGET", key("forgotten"), from)) or 0) then
  redis.call("HSET", key("forgotten"), from, endedAt)
end
tell(key, "removed", id, from)
return "done"
`;

/**
 * Removes a job that does not run, and all that is kept of it, in one step; none but the one that was
 * meant, if that is said.
 */
export async function removeJob(
  queue: Queue,
  redis: Redis,
  id: string,
  meant: MeantJob = {},
): Promise<Removal> {
  return (await run(removeScript, queue, redis, { id }, formatMeant(meant))) as Removal;
}

async function run(
  script: string,
  queue: Queue,
  redis: Redis,
  { id, act }: Move,
  more: readonly (string | number)[] = [],
): Promise<unknown> {
  const values = [id, formatAct(act), queue.toKey(""), ...more];
  return redis.eval(script, 2, queue.toKey(id), marksKey(queue), ...values);
}
