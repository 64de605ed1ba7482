import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { namedWithinSeconds } from "../contract/schedules.ts";
import { schedulePrefix, schedulesKey } from "./schedule-keys.ts";

/** A schedule that a worker's files have. */
export interface NamedSchedule {
  readonly key: string;
  readonly task: string;
  /** When it is due, always in the same words. */
  readonly timetable: string;
}

/** How a schedule stands with a worker that keeps it. */
export interface HeldSchedule {
  /** Unix time in ms up to which its slots are dealt with. */
  readonly slot: number;
  readonly paused: boolean;
}

export interface HoldOptions {
  readonly named: readonly NamedSchedule[];
  /** The worker's start, as Unix time in ms by Redis. */
  readonly sinceMs: number;
  /** By how much the time is to be taken as ahead of Redis'. */
  readonly aheadMs?: number | undefined;
}

export interface Holding {
  /** Redis' time when it was asked, as Unix time in ms. */
  readonly nowMs: number;
  /** By key. Missing are those that a younger worker has with another timetable. */
  readonly held: ReadonlyMap<string, HeldSchedule>;
  /** Keys of schedules that were removed, as no worker has named them for long enough. */
  readonly removed: readonly string[];
}

/** Between two writes of who names a schedule: eight workers look as often as one, and write no more. */
const renewEveryMs = 10_000;

/**
 * A slot may be so far ahead of Redis' clock, as that may be set back a little: the schedule waits for
 * it, so that none runs twice. What is further ahead was noted while the clock was wrong.
 */
const aheadAtMostMs = 60_000;

/**
 * While releases change, workers may have different timetables for a key: the youngest worker's is
 * kept until no worker has named it for a minute, so that they do not take it from each other over
 * and over. A timetable that is new begins now: what it says of the past was never asked for. So does
 * one whose record was damaged, whoever did that.
 */
const holdScript = `
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000) + tonumber(ARGV[5])
local latest = now + tonumber(ARGV[6])
local since = tonumber(ARGV[2])
local function slotOf(stored)
  local ms = tonumber(stored)
  return ms and ms >= 0 and ms <= latest and math.floor(ms)
end
local function clear(name, kind)
  local found = redis.call("TYPE", name).ok
  if found ~= "none" and found ~= kind then redis.call("DEL", name) end
end
clear(KEYS[1], "zset")
for _, key in ipairs(redis.call("ZRANGEBYSCORE", KEYS[1], "(" .. latest, "+inf")) do
  redis.call("ZADD", KEYS[1], now, key)
end
local answer, wanted = {}, {}
for i = 7, #ARGV, 3 do
  local key, task, timetable = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local hash = ARGV[1] .. key
  wanted[key] = true
  clear(hash, "hash")
  local known = redis.call("HMGET", hash, "timetable", "since", "slot", "paused", "task")
  local slot = slotOf(known[3])
  local named = tonumber(redis.call("ZSCORE", KEYS[1], key) or 0)
  local younger = since > (tonumber(known[2]) or 0)
  local isSame = known[1] == timetable
  if isSame or younger or now - named > tonumber(ARGV[3]) then
    local isNew = not isSame or not slot or known[5] ~= task
    if isNew then
      slot = now
      redis.call("HSET", hash, "task", task, "timetable", timetable, "slot", now)
    end
    if younger or not isSame then redis.call("HSET", hash, "since", since) end
    if isNew or now - named > tonumber(ARGV[4]) then redis.call("ZADD", KEYS[1], now, key) end
    answer[#answer + 1] = { key, tostring(slot), known[4] and 1 or 0 }
  end
end
local removed = {}
for _, key in ipairs(redis.call("ZRANGEBYSCORE", KEYS[1], "-inf", now - tonumber(ARGV[3]))) do
  if not wanted[key] then
    redis.call("ZREM", KEYS[1], key)
    redis.call("DEL", ARGV[1] .. key)
    removed[#removed + 1] = key
  end
end
return { tostring(now), answer, removed }
`;

/**
 * Says which schedules a worker's files have, in one step, and returns those that it is to keep. Makes
 * those that are new and removes those of the queue that no worker has named for a minute.
 */
export async function holdSchedules(
  queue: Queue,
  redis: Redis,
  { named, sinceMs, aheadMs = 0 }: HoldOptions,
): Promise<Holding> {
  const values = [
    schedulePrefix(queue),
    Math.round(sinceMs),
    namedWithinSeconds * 1_000,
    renewEveryMs,
    aheadMs,
    aheadAtMostMs,
    ...named.flatMap(({ key, task, timetable }) => [key, task, timetable]),
  ];
  const answer = await redis.eval(holdScript, 1, schedulesKey(queue), ...values);
  const [now, held, removed] = answer as [string, [string, string, number][], string[]];
  return {
    nowMs: Number(now),
    held: new Map(
      held.map(([key, slot, paused]) => [key, { slot: Number(slot), paused: paused === 1 }]),
    ),
    removed,
  };
}
