import type { FilterState } from "../contract/job-filter.ts";
import { findSubmitter } from "./job-owner.ts";
import { heartbeatName } from "./heartbeat.ts";
import { parseTime } from "./stored-time.ts";
import { parseWorkerName } from "./worker-name.ts";

/** What a list of jobs needs to know of one, whatever is in it; times are Unix times in ms. */
export interface JobFacts {
  readonly id: string;
  readonly state: FilterState;
  readonly task: string;
  readonly isHeartbeat: boolean;
  readonly createdAt: number | undefined;
  /** From when on it could have started for the first time. */
  readonly readyAt: number | undefined;
  /** Of its last start. */
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
  /** From `readyAt` to its first start, in ms. */
  readonly waitedMs: number | undefined;
  /** Attempts that have ended. */
  readonly attempts: number;
  /** Who submitted it, by name. */
  readonly submitter: string | undefined;
  readonly release: string | undefined;
  /** Of a job that has failed: the start of the reason, and the end of its stacks as JSON. */
  readonly failedReason: string | undefined;
  readonly stacks: string | undefined;
}

/** Where a job is, as BullMQ's lists and events tell it. */
export const jobPlaces = ["waiting", "active", "delayed", "completed", "failed"] as const;
export type JobPlaceName = (typeof jobPlaces)[number];

/** Bytes that are read of what may be of any length. */
const read = { name: 200, options: 4_000, reason: 1_000, stacks: 6_000 } as const;

/**
 * For a script: `factsOf(prefix, id, place)` reads a job's record, some 12 µs of Redis' time; false
 * where there is none.
 */
export const factsLua = `
local function cut(text, bytes)
  if text and #text > bytes then return string.sub(text, 1, bytes) end
  return text
end
-- Patterns take longer than all else, and most options have no delay but that of their back-off.
local function delayOf(options)
  local first = string.find(options, '"delay":', 1, true)
  if not first then return false end
  local second = string.find(options, '"delay":', first + 1, true)
  if not second and string.find(options, '"backoff":{', 1, true) then return false end
  return string.match((string.gsub(options, '"backoff":%b{}', "")), '"delay":(%d+)') or false
end
local function submitterOf(options)
  return string.find(options, '"submitter":"', 1, true) and string.match(options, '"submitter":"[^"]+"') or false
end
local function factsOf(prefix, id, place)
  local key = prefix .. id
  local job = redis.pcall("HMGET", key, "name", "timestamp", "opts", "processedOn", "finishedOn", "atm", "ats", "pb")
  if job.err or not (job[1] or job[2]) then return false end
  local options = cut(job[3], ${read.options}) or ""
  local firstStart, failed, stacks = false, false, false
  if (tonumber(job[7]) or 0) > 1 then
    firstStart = string.match(redis.call("HGET", key, "attempt:1") or "", '"startedAt":(%d+)') or false
  end
  if place == "failed" then
    local failure = redis.call("HMGET", key, "failedReason", "stacktrace")
    failed, stacks = cut(failure[1], ${read.reason}), failure[2] and string.sub(failure[2], -${read.stacks})
  end
  return { id, place, cut(job[1], ${read.name}), job[2], delayOf(options), job[4], job[5], job[6], firstStart,
    cut(job[8], ${read.name}), failed, stacks, submitterOf(options) }
end
`;

/** As `factsOf` returns it. */
export type RawFacts = readonly (string | null)[];

/** Reads what a script has found, as far as it makes sense. */
export function parseFacts(raw: RawFacts): JobFacts {
  const [id, place, name, timestamp, delay, processedOn, finishedOn, made, first, worker] = raw;
  const attempts = /^\d{1,9}$/.test(made ?? "") ? Number(made) : 0;
  const state = stateOf(place as JobPlaceName, attempts);
  const hasEnded = state === "succeeded" || state === "failed";
  const createdAt = parseTime(timestamp);
  const startedAt = parseTime(processedOn);
  const firstStartedAt = parseTime(first) ?? startedAt;
  const due = createdAt === undefined ? undefined : createdAt + (parseTime(delay) ?? 0);
  // What was promoted has started before it was due.
  const readyAt =
    firstStartedAt === undefined || due === undefined ? due : Math.min(due, firstStartedAt);
  return {
    id: id ?? "",
    state,
    task: name ?? "",
    isHeartbeat: name === heartbeatName,
    createdAt,
    readyAt,
    startedAt,
    endedAt: hasEnded ? parseTime(finishedOn) : undefined,
    waitedMs:
      firstStartedAt === undefined || readyAt === undefined ? undefined : firstStartedAt - readyAt,
    attempts,
    submitter: findSubmitter(raw[12] ?? ""),
    release: parseWorkerName(worker ?? "")?.release,
    failedReason: raw[10] ?? undefined,
    stacks: raw[11] ?? undefined,
  };
}

function stateOf(place: JobPlaceName, attempts: number): FilterState {
  switch (place) {
    case "active":
      return "working";
    case "delayed":
      return attempts > 0 ? "retrying" : "scheduled";
    case "completed":
      return "succeeded";
    case "failed":
      return "failed";
    default:
      return "waiting";
  }
}
