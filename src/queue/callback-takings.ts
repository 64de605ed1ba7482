import type { Redis } from "ioredis";
import { callbackKeysOf, callbackLua, type CallbackQueue } from "./callback-keys.ts";
import { noteField, readCallbackUrl, retryField, retryMarkLua } from "./job-callback.ts";
import { findOwner } from "./job-owner.ts";
import { readTrace, type TraceCarrier } from "./trace-carrier.ts";

/** Callbacks looked at in one step of Redis, whether they are taken or not. */
const mostLooks = 256;

/**
 * A job that has not ended is looked at again after a quarter of its age; its end is heard of anyway.
 * Who hears of an end late does not cut short the wait after a try that has failed. Of those that have
 * ended and are too many at once, the time comes now, so that the next look by time has them. An end
 * that was dealt with already is told to nobody again: somebody is about to retry the job, and is waited
 * for, or has told of it when another producer had taken over.
 */
const takeScript = `${callbackLua}${retryMarkLua}
local due, late, counts = KEYS[1], KEYS[2], KEYS[3]
local prefix, heldMs, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local ids, looks, hasMore = {}, ${mostLooks}, false
local function text(value) return value or "" end
local function isSettled(note, ending)
  return note and ending and string.find(note, '"end":' .. ending, 1, true)
    and not string.find(note, '"state":"retrying"', 1, true)
end
local function hasFailed(id)
  local tried = read(prefix .. "callback:" .. id, "end")[1]
  return tried and tried == read(prefix .. id, "finishedOn")[1]
end
if #ARGV > 3 then
  for i = 4, #ARGV do
    local score = tonumber(redis.call("ZSCORE", due, ARGV[i]))
    if score and score % 1 == 0 and (score <= now or not hasFailed(ARGV[i])) then ids[#ids + 1] = ARGV[i] end
  end
else
  ids = redis.call("ZRANGEBYSCORE", due, "-inf", now, "LIMIT", 0, looks)
  hasMore = #ids == looks
end
local held = string.format("%.1f", now + heldMs + 0.5)
local taken = {}
for _, id in ipairs(ids) do
  local job = read(prefix .. id, "opts", "finishedOn", "timestamp", "${noteField}", "${retryField}")
  local kept = read(prefix .. "callback:" .. id, "url", "end", "tries", "summary", "owner")
  if job[1] and not job[2] then
    local ageMs = now - (tonumber(job[3]) or now)
    redis.call("ZADD", due, "XX", now + math.floor(math.min(math.max(ageMs / 4, 1000), 300000)), id)
  elseif isSettled(job[4], job[2]) then
    local till = retriedUntil(job[5], job[2])
    if #ARGV == 3 and till > now then
      redis.call("ZADD", due, "XX", till, id)
    elseif #ARGV == 3 then
      redis.call("ZREM", due, id)
      uncount(late, counts, prefix .. "callback:" .. id, id)
      redis.call("DEL", prefix .. "callback:" .. id)
    end
  elseif #taken < most then
    redis.call("ZADD", due, "XX", held, id)
    taken[#taken + 1] = { id, text(job[1]), text(job[2]), text(kept[1]), text(kept[2]), text(kept[3]), text(kept[4]), text(kept[5]) }
  else
    if #ARGV > 3 then redis.call("ZADD", due, "XX", now, id) end
    hasMore = true
  end
end
local oldest = redis.call("ZRANGE", late, 0, 0, "WITHSCORES")[2]
return { redis.call("ZCARD", due), held, oldest and now - oldest or 0, hasMore and 1 or 0, taken }
`;

/** A callback in the hands of this producer. */
export interface TakenCallback {
  readonly id: string;
  /** Empty where neither the job nor anything else says where it leads. */
  readonly url: string;
  /** The client that has submitted the job, as its tag; empty where nothing says. */
  readonly owner: string;
  /** Unix time in ms of the end that it tells of; 0 where nothing says. */
  readonly endedAt: number;
  /** The same as Redis has it, whatever somebody has written there; empty where nothing says. */
  readonly ending: string;
  /** Tries that have failed. */
  readonly tries: number;
  /** What was kept of the job, as JSON, when a try failed; empty if none has. */
  readonly summary: string;
  /** Of the job's sender; empty where the job is gone. */
  readonly trace: TraceCarrier;
  /** Until when it is in hand, as Redis has it. */
  readonly held: string;
}

export interface Takings {
  /** Callbacks of the queue that are not dealt with, those of jobs that have not ended among them. */
  readonly known: number;
  /** Time since the end of the job whose callback has failed for longest, in ms; 0 if none has. */
  readonly oldestLateMs: number;
  /** The time of others may have come, too. */
  readonly hasMore: boolean;
  readonly taken: readonly TakenCallback[];
}

export interface Taking {
  /** For how long they are to be in hand. */
  readonly heldMs: number;
  readonly most: number;
  /** Jobs that have just ended; without them, those whose time has come are looked at. */
  readonly ids?: readonly string[];
}

/** Takes callbacks of jobs that have ended in hand, which nobody else has. */
export async function takeCallbacks(
  queue: CallbackQueue,
  redis: Redis,
  { heldMs, most, ids = [] }: Taking,
): Promise<Takings> {
  const keys = callbackKeysOf(queue);
  const answer = await redis.eval(
    takeScript,
    keys.length,
    ...keys,
    queue.toKey(""),
    heldMs,
    most,
    ...ids,
  );
  const [known, held, oldestLateMs, more, taken] = answer as [
    number,
    string,
    number,
    number,
    string[][],
  ];
  const hasMore = more === 1;
  return { known, oldestLateMs, hasMore, taken: taken.map((fields) => toTaken(fields, held)) };
}

function toTaken(fields: readonly string[], held: string): TakenCallback {
  const [id = "", options = "", finishedOn = "", ...kept] = fields;
  const [url = "", end = "", tries = "", summary = "", owner = ""] = kept;
  // A job that was retried by hand and has ended again has another end to tell of.
  const isOfThisEnd = finishedOn === "" || finishedOn === end;
  const opts = parseOptions(options);
  return {
    id,
    url: readCallbackUrl(opts) ?? url,
    owner: findOwner(options) ?? owner,
    trace: readTrace({ opts }),
    endedAt: Number(finishedOn || end),
    ending: finishedOn || end,
    tries: isOfThisEnd ? Number(tries) : 0,
    summary: isOfThisEnd ? summary : "",
    held,
  };
}

/** `{}` for options that somebody has damaged. */
function parseOptions(text: string): object {
  try {
    const options: unknown = JSON.parse(text);
    return typeof options === "object" && options !== null ? options : {};
  } catch {
    return {};
  }
}
