import type { RedisQueueBackend } from "bullmq";
import type { Redis } from "ioredis";
import { callbackLimits } from "../contract/callbacks.ts";
import {
  callbackMark,
  type CallbackNote,
  formatNote,
  noteField,
  readCallbackUrl,
  retryField,
  retryMarkLua,
  watchLua,
} from "./job-callback.ts";
import { findOwner } from "./job-owner.ts";
import { readTrace, type TraceCarrier } from "./trace-carrier.ts";

/**
 * A queue has its callbacks in a sorted set: ids of jobs, by when they are to be looked at next, in
 * Unix time in ms by Redis' clock. A half of a millisecond says that a producer has one in hand, and
 * until when: after that, another takes it over. In a second set are those that have failed, by when
 * their job ended; each of them has a hash, which outlives the job. How many of them each client has
 * is in a hash of its own.
 */
type Keys = Pick<RedisQueueBackend, "toKey">;

/** The queue's set of callbacks. */
export function callbacksKey(queue: Keys): string {
  return queue.toKey("callbacks");
}

function keysOf(queue: Keys): [due: string, late: string, counts: string] {
  return [callbacksKey(queue), queue.toKey("callbacks-late"), queue.toKey("callbacks-late-of")];
}

const shared = `
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function read(key, ...)
  return redis.call("TYPE", key).ok == "hash" and redis.call("HMGET", key, ...) or {}
end
local function text(value) return value or "" end
local function countOf(counts, client) return tonumber(redis.call("HGET", counts, client)) or 0 end
local function uncount(late, counts, record, id)
  local client = redis.call("ZREM", late, id) == 1 and read(record, "counted")[1]
  local left = client and countOf(counts, client) - 1
  if left and left > 0 then redis.call("HSET", counts, client, left)
  elseif left then redis.call("HDEL", counts, client) end
  if redis.call("EXISTS", late) == 0 then redis.call("DEL", counts) end
end
`;

/** A submission that is repeated does not bring back a callback that was dealt with. */
const watchScript = `${shared}${watchLua}
local kept = read(KEYS[2], "finishedOn", "${noteField}")
if kept[1] and kept[2] and string.find(kept[2], '"end":' .. kept[1], 1, true) then return end
watchCallback(KEYS[1], ARGV[1], now)
`;

/** Has the callback of a job, which is in the queue, looked at from now on until it is dealt with. */
export async function watchCallback(queue: Keys, redis: Redis, id: string): Promise<void> {
  await redis.eval(watchScript, 2, callbacksKey(queue), queue.toKey(id), id);
}

/** Callbacks looked at in one step of Redis, whether they are taken or not. */
const mostLooks = 256;

/**
 * A job that has not ended is looked at again after a quarter of its age; its end is heard of anyway.
 * Who hears of an end late does not cut short the wait after a try that has failed. Of those that have
 * ended and are too many at once, the time comes now, so that the next look by time has them. An end
 * that was dealt with already is told to nobody again: somebody is about to retry the job, and is waited
 * for, or has told of it when another producer had taken over.
 */
const takeScript = `${shared}${retryMarkLua}
local due, late, counts = KEYS[1], KEYS[2], KEYS[3]
local prefix, heldMs, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local ids, looks, hasMore = {}, ${mostLooks}, false
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
  queue: Keys,
  redis: Redis,
  { heldMs, most, ids = [] }: Taking,
): Promise<Takings> {
  const keys = keysOf(queue);
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

/**
 * Of a callback that has come into other hands it is noted that its end was told, and nothing else; that
 * stays noted, whoever says otherwise, since a producer may be late by any time. A job that was retried
 * while its end was told, or removed and submitted again under its key, has another end to tell of: then
 * the callback is not dealt with, whatever became of this one; nor is it while somebody is about to retry
 * the job. A client gets no more late ones than are then free for others. The record says for whom it is
 * counted, as one that an older release has noted is not.
 */
const settleScript = `${shared}${retryMarkLua}
local due, late, counts, record, job = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local id, held, kind, next, note, ending = ARGV[1], ARGV[2], ARGV[3], now + ARGV[4], ARGV[5], ARGV[6]
local owner = ARGV[11]
-- A full Redis takes what follows, too: a script is refused at its first write alone.
redis.call("ZREM", due, "")
local score = redis.call("ZSCORE", due, id)
local ours = score and tonumber(score) == tonumber(held)
if kind == "later" then
  if ours then redis.call("ZADD", due, "XX", next, id) end
  return ours and "noted" or "overtaken"
end
local latest = read(job, "opts", "finishedOn", "${noteField}", "${retryField}")
local isThisEnd = latest[2] and latest[2] == ending
local wasTold = isThisEnd and latest[3] and string.find(latest[3], '"end":' .. ending, 1, true)
  and string.find(latest[3], '"state":"delivered"', 1, true)
local answer = "overtaken"
if kind == "delivered" or ours and not wasTold then answer = "noted" end
if wasTold then kind = "delivered" end
if not ours and kind ~= "delivered" then return answer end
if kind == "retrying" and not redis.call("ZSCORE", late, id) and countOf(counts, owner) >= ARGV[10] - redis.call("ZCARD", late) then
  return "full"
end
if note ~= "" and isThisEnd and not wasTold then redis.call("HSET", job, "${noteField}", note) end
if not ours then return answer end
local again = latest[1] and string.find(latest[1], '${callbackMark}', 1, true) and latest[2] ~= ending
local till = isThisEnd and retriedUntil(latest[4], ending) or 0
local nextEnd = again and now or till > now and till
if kind == "retrying" then
  redis.call("ZADD", due, "XX", math.min(next, nextEnd or next), id)
  local since = redis.call("ZSCORE", late, id)
  uncount(late, counts, record, id)
  redis.call("ZADD", late, since or tonumber(ending) or now, id)
  redis.call("HSET", counts, owner, countOf(counts, owner) + 1)
  redis.call("DEL", record)
  redis.call("HSET", record, "url", ARGV[7], "end", ending, "tries", ARGV[8], "summary", ARGV[9], "owner", owner, "counted", owner)
else
  if nextEnd then redis.call("ZADD", due, "XX", nextEnd, id) else redis.call("ZREM", due, id) end
  uncount(late, counts, record, id)
  redis.call("DEL", record)
end
return answer
`;

/** What is to be kept of a callback that was in hand. */
export type Settlement =
  /** Nothing was tried; it is looked at again after so many ms. */
  | { readonly kind: "later"; readonly waitMs: number }
  /** A try has failed. */
  | {
      readonly kind: "retrying";
      readonly waitMs: number;
      readonly note: CallbackNote;
      readonly summary: string;
    }
  | { readonly kind: "delivered" | "given_up"; readonly note: CallbackNote }
  /** Nothing is left that could be told. */
  | { readonly kind: "gone" };

/** What became of a settlement. */
export type Settled =
  | "noted"
  /** Too many wait for another try already, or too many of its client: nothing was changed. */
  | "full"
  /** Another producer has it in hand, or has told of the same end. */
  | "overtaken";

/** Notes it, unless the callback has come into other hands or was delivered. */
export async function settleCallback(
  queue: Keys,
  redis: Redis,
  { id, url, owner, ending, held }: TakenCallback,
  settlement: Settlement,
): Promise<Settled> {
  const { kind } = settlement;
  const note = "note" in settlement ? settlement.note : undefined;
  const waitMs = "waitMs" in settlement ? Math.round(settlement.waitMs) : 0;
  const summary = kind === "retrying" ? settlement.summary : "";
  const keys = [...keysOf(queue), queue.toKey(`callback:${id}`), queue.toKey(id)];
  const values = [
    id,
    held,
    kind,
    waitMs,
    note === undefined ? "" : formatNote(note),
    ending,
    url,
    note?.tries ?? 0,
    summary,
    callbackLimits.mostLate,
    owner,
  ];
  return (await redis.eval(settleScript, keys.length, ...keys, ...values)) as Settled;
}
