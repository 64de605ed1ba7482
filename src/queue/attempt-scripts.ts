import type { RedisQueueBackend } from "bullmq";
import type { Redis } from "ioredis";
import { type AttemptEntry, entryFieldOf, entryLua, formatEntry } from "./attempt-entry.ts";
import { callbacksKey } from "./callback-keys.ts";
import { callbackMark, retryMarkLua, watchLua } from "./job-callback.ts";

type EndedSet = "completed" | "failed";

/** Of a queue: how its keys are called. */
type Keys = Pick<RedisQueueBackend, "toKey">;

/** Notes a start by what the job's hash says of it, unless it, or a later one in its place, is noted. */
const noteLua = `${entryLua}
local function note(job, start, outcome, entry)
  if start < 1 or isNoted(job, start) then return end
  entry.outcome = outcome
  redis.call("HSET", job, fieldOf(start), string.format("%.0f ", start) .. cjson.encode(entry))
end
local function isHash(key) return redis.call("TYPE", key).ok == "hash" end
local function numberIn(value) return tonumber(value or nil) end
`;

/**
 * Notes of jobs whose lock is gone that their attempt was lost: of all that BullMQ will find as
 * stalled next, or of those given, which it has found already. One of these that was started again
 * meanwhile has nothing more in its hash of the start before.
 */
const lostScript = `${noteLua}
local prefix, now = ARGV[1], tonumber(ARGV[2])
local found = #ARGV > 2
if not found and redis.call("EXISTS", KEYS[2]) == 1 then return {} end
local noted = {}
for _, id in ipairs(found and { unpack(ARGV, 3) } or redis.call("SMEMBERS", KEYS[1])) do
  local job = prefix .. id
  local runs = redis.call("EXISTS", job .. ":lock") == 1
  -- What has ended since is none of them: it was taken again, and that start was no lost one.
  if isHash(job) and redis.call("HEXISTS", job, "finishedOn") == 0 and (found or not runs and redis.call("LPOS", KEYS[3], id)) then
    local kept = redis.call("HMGET", job, "ats", "atm", "processedOn", "pb")
    local start, number = numberIn(kept[1]) or 0, (numberIn(kept[2]) or 0) + 1
    if runs then
      note(job, start - 1, "lost", { endedAt = now, number = number })
    else
      local worker = kept[4] and string.sub(kept[4], 1, 200) or nil
      note(job, start, "lost", { endedAt = now, number = number, startedAt = numberIn(kept[3]), worker = worker })
    end
    noted[#noted + 1] = id
  end
end
return noted
`;

/** Runs it, by the clock of this host, as all that BullMQ notes; returns the ids of those that were noted. */
export async function noteLost(
  queue: Keys,
  redis: Redis,
  ids: readonly string[] = [],
): Promise<string[]> {
  const keys = ["stalled", "stalled-check", "active"].map((name) => queue.toKey(name));
  const values = [queue.toKey(""), Date.now(), ...ids];
  return (await redis.eval(lostScript, keys.length, ...keys, ...values)) as string[];
}

/** Only while the worker has the job: what another one has noted of the same start is right. */
const ownScript = `${noteLua}
if redis.call("GET", KEYS[2]) == ARGV[1] and isHash(KEYS[1]) and not isNoted(KEYS[1], tonumber(ARGV[2])) then
  redis.call("HSET", KEYS[1], ARGV[3], ARGV[4])
end
`;

/** Keeps an entry of a job whose lock has that token. */
export async function noteOwn(
  redis: Redis,
  { key, token }: { readonly key: string; readonly token: string },
  entry: AttemptEntry,
): Promise<void> {
  const values = [token, entry.start, entryFieldOf(entry.start), formatEntry(entry)];
  await redis.eval(ownScript, 2, key, `${key}:lock`, ...values);
}

/**
 * For a script: `noteRetry(job, id, state, now, callbacks, lookAt)` is called before somebody retries a
 * job in that set of ended ones, which takes the times of its end out of its hash: it notes a success,
 * and of whatever start was its last one, when the job had ended and when it was retried. Where that is
 * done again without a start between, the first end and the last retry are kept. Its next end is to be
 * told of, too, if it has a callback: it goes to those in the set `callbacks`, to be looked at then.
 * Returns whether it has one.
 */
export const retryLua = `${noteLua}${watchLua}
local function noteRetry(job, id, state, now, callbacks, lookAt)
  local kept = redis.call("HMGET", job, "ats", "atm", "processedOn", "finishedOn", "pb", "opts")
  local callsBack = kept[6] and string.find(kept[6], '${callbackMark}', 1, true)
  if callsBack then watchCallback(callbacks, id, lookAt) end
  local start = numberIn(kept[1]) or 0
  if state == "completed" then
    local entry = { number = numberIn(kept[2]), startedAt = numberIn(kept[3]), endedAt = numberIn(kept[4]) }
    entry.worker = kept[5] and string.sub(kept[5], 1, 200) or nil
    note(job, start, "succeeded", entry)
  end
  local noted = redis.call("HGET", job, fieldOf(start)) or ""
  if tonumber(string.match(noted, "^(%d+) {.*}$")) == start then
    local entry = string.gsub(string.sub(noted, 1, -2), ',"retriedAt":%d+', "")
    local ended = numberIn(kept[4])
    if ended and not string.find(entry, ',"closedAt":', 1, true) then
      entry = entry .. string.format(',"closedAt":%.0f', ended)
    end
    redis.call("HSET", job, fieldOf(start), entry .. ',"retriedAt":' .. now .. "}")
  end
  return callsBack
end
`;

/** Longer than BullMQ takes to retry a job, or fails to. */
const retriedWithinMs = 60_000;

const handRetryScript = `${retryLua}${retryMarkLua}
if not isHash(KEYS[1]) or not redis.call("ZSCORE", KEYS[2], ARGV[1]) then return 0 end
local lookAt = redis.call("TIME")[1] * 1000 + ${retriedWithinMs}
if not noteRetry(KEYS[1], ARGV[1], ARGV[2], ARGV[3], KEYS[3], lookAt) then return 0 end
local ending = redis.call("HGET", KEYS[1], "finishedOn")
if ending then markRetry(KEYS[1], ending, lookAt) end
return 1
`;

/**
 * Notes of a job in that set of ended ones that somebody is about to retry it; returns whether it has a
 * callback. That is not looked at before the job was retried, since it would tell of the old end, but
 * after a while in any case, also where the old end is told meanwhile: whoever retries the job may die
 * right after that.
 */
export async function noteHandRetry(
  queue: Keys,
  redis: Redis,
  { id, state }: { readonly id: string; readonly state: EndedSet },
): Promise<boolean> {
  const values = [id, state, Date.now()];
  const keys = [queue.toKey(id), queue.toKey(state), callbacksKey(queue)];
  return (await redis.eval(handRetryScript, keys.length, ...keys, ...values)) === 1;
}
