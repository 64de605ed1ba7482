import type { Redis } from "ioredis";
import { prefixOf } from "./keys.ts";
import { factsLua, type JobFacts, parseFacts, type RawFacts } from "./job-facts.ts";

/** Where a queue's keys are: all of them begin with `prefix`. */
export interface QueueKeys {
  readonly name: string;
  readonly prefix: string;
}

export function keysOf(queue: string): QueueKeys {
  return { name: queue, prefix: `${prefixOf(queue)}:${queue}:` };
}

/** How far a queue's events have been read. */
export interface EventMark {
  /** Of the last event. */
  readonly id: string;
  /** How many there had ever been by then; `undefined` where Redis does not say. */
  readonly count: number | undefined;
}

/** How many jobs a queue has in each place, and the Unix times in ms at which the oldest ended. */
export interface QueueCounts {
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly completed: number;
  readonly failed: number;
  readonly oldestCompleted: number | undefined;
  readonly oldestFailed: number | undefined;
}

export interface FollowedEvents {
  /** Some events after the mark are gone unread, or the mark is of another Redis. */
  readonly isGap: boolean;
  readonly mark: EventMark;
  /** Whether there are more to be read at once. */
  readonly isMore: boolean;
  /** Each job that they tell of, as it is now; in the order of their first events. */
  readonly jobs: readonly (JobFacts | { readonly id: string; readonly state: "gone" })[];
  /** At the same moment, where they were asked for and there is no more to be read. */
  readonly counts: QueueCounts | undefined;
}

/** Events read in one go, and their bytes: Redis is kept from others for 2 ms at most. */
const limits = { events: 500, bytes: 500_000, step: 20 } as const;

/**
 * What happened to jobs after an event, and their records now, in one step. Results are part of the
 * events; they do not leave Redis.
 */
const followScript = `${factsLua}
local places = { waiting = "waiting", ["waiting-children"] = "waiting", active = "active", delayed = "delayed",
  completed = "completed", failed = "failed", removed = "removed" }
local last, prefix = ARGV[1], ARGV[2]
local from, count, bytes, isSeen, first = last, 0, 0, 0, false
local moved, order, lastId, isMore = {}, {}, last, 0
repeat
  local entries = redis.call("XRANGE", KEYS[1], from, "+", "COUNT", ${limits.step})
  for _, entry in ipairs(entries) do
    local fields = entry[2]
    if entry[1] == last then isSeen = 1
    else
      count = count + 1
      first = first or entry[1]
      for i = 1, #fields do bytes = bytes + #fields[i] end
      local place = fields[1] == "event" and fields[3] == "jobId" and places[fields[2]]
      if place then
        if not moved[fields[4]] then order[#order + 1] = fields[4] end
        moved[fields[4]] = place
      end
    end
    lastId = entry[1]
  end
  from = "(" .. lastId
  isMore = #entries == ${limits.step} and 1 or 0
until isMore == 0 or count >= ${limits.events} or bytes >= ${limits.bytes}

local jobs = {}
for i, id in ipairs(order) do
  local place = moved[id]
  jobs[i] = place ~= "removed" and factsOf(prefix, id, place) or { id, "gone" }
end

local stream = false
if isSeen == 0 then
  local oldest = redis.call("XRANGE", KEYS[1], "-", "+", "COUNT", 1)
  local info = redis.pcall("XINFO", "STREAM", KEYS[1])
  stream = { #oldest, (oldest[1] and oldest[1][1] or false) == first and 1 or 0 }
  if not info.err then
    for i = 1, #info, 2 do
      if info[i] == "length" then stream[3] = info[i + 1] end
      if info[i] == "entries-added" then stream[4] = info[i + 1] end
    end
  end
end

local counts = false
if ARGV[3] == "1" and isMore == 0 then
  local function size(name, command) return redis.call(command, prefix .. name) end
  local function oldest(name) return redis.call("ZRANGE", prefix .. name, 0, 0, "WITHSCORES")[2] or false end
  local function ended(name) return redis.call("ZCOUNT", prefix .. name, ARGV[4], "+inf") end
  counts = {
    size("wait", "LLEN") + size("paused", "LLEN") + size("prioritized", "ZCARD") + size("waiting-children", "ZCARD"),
    size("active", "LLEN"), size("delayed", "ZCARD"), ended("completed"), ended("failed"),
    oldest("completed"), oldest("failed")
  }
end
return { isSeen, lastId, count, isMore, jobs, stream, counts }
`;

type Answer = readonly [
  isSeen: number,
  lastId: string,
  count: number,
  isMore: number,
  jobs: readonly RawFacts[],
  stream: readonly [has: number, isWhole: number, length?: number, added?: number] | null,
  counts: readonly (number | string | null)[] | null,
];

export interface FollowOptions {
  /** Whether counts are wanted; of jobs that ended, of those that did so from that Unix time in ms on. */
  readonly countFromMs: number | undefined;
}

/** Reads what has happened since the mark. */
export async function followEvents(
  redis: Redis,
  { prefix }: QueueKeys,
  mark: EventMark,
  { countFromMs }: FollowOptions,
): Promise<FollowedEvents> {
  const wanted = countFromMs === undefined ? ["0", "0"] : ["1", countFromMs];
  const answer = await redis.eval(followScript, 1, `${prefix}events`, mark.id, prefix, ...wanted);
  const [isSeen, id, count, isMore, jobs, stream, counts] = answer as Answer;
  return {
    isGap: isSeen === 0 && !isAllThatCame(mark, stream),
    mark: { id, count: mark.count === undefined ? undefined : mark.count + count },
    isMore: isMore === 1,
    jobs: jobs.map((raw) =>
      raw[1] === "gone" ? { id: raw[0] ?? "", state: "gone" } : parseFacts(raw),
    ),
    counts: counts === null ? undefined : readCounts(counts),
  };
}

/** Whether the stream, which has the mark's event no longer, still has all that came after it. */
function isAllThatCame({ id, count }: EventMark, stream: Answer[5]): boolean {
  if (stream === null) return true;
  const [has, isWhole, length, added] = stream;
  if (has === 0 && added === undefined) return id === startMark.id;
  if (count === undefined || added === undefined || length === undefined) return false;
  return isWhole === 1 && added - count === length;
}

/** Before all events. */
const startMark: EventMark = { id: "0-0", count: 0 };

const endScript = `
local info = redis.pcall("XINFO", "STREAM", KEYS[1])
local found = {}
if not info.err then
  for i = 1, #info, 2 do
    if info[i] == "last-generated-id" then found[1] = info[i + 1] end
    if info[i] == "entries-added" then found[2] = info[i + 1] end
  end
end
return found
`;

/**
 * Where the events of a queue end now. Where Redis does not say, it is their beginning, which only
 * makes more of them to be read.
 */
export async function readEventMark(redis: Redis, { prefix }: QueueKeys): Promise<EventMark> {
  const answer = await redis.eval(endScript, 1, `${prefix}events`);
  const [id, count] = answer as [id?: string, count?: number];
  return id === undefined || count === undefined ? startMark : { id, count };
}

function readCounts(counts: readonly (number | string | null)[]): QueueCounts {
  const [waiting, active, delayed, completed, failed] = counts.map(Number);
  const [oldestCompleted, oldestFailed] = counts
    .slice(5)
    .map((score) => (score === null ? undefined : Number(score)));
  return {
    waiting: waiting ?? 0,
    active: active ?? 0,
    delayed: delayed ?? 0,
    completed: completed ?? 0,
    failed: failed ?? 0,
    oldestCompleted,
    oldestFailed,
  };
}
