import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { readRecordAnswers } from "./answers.ts";
import { scheduleKey, schedulesKey } from "./schedule-keys.ts";
import { parseTime } from "./stored-time.ts";

/** A schedule as Redis has it; times are Unix times in ms, by Redis. */
export interface StoredSchedule {
  readonly key: string;
  readonly task: string;
  /** When it is due, as the files that have it say. */
  readonly timetable: string;
  /** Up to which its slots are dealt with. */
  readonly slot: number;
  readonly lastRun:
    | { readonly slot: number; readonly at: number; readonly jobId: string }
    | undefined;
  /** Since when it is paused, if it is. */
  readonly pausedSince: number | undefined;
}

/** The queue's schedules, by their keys. */
export async function readSchedules(queue: Queue, redis: Redis): Promise<StoredSchedule[]> {
  const keys = (await redis.zrange(schedulesKey(queue), 0, "-1")).toSorted();
  if (keys.length === 0) return [];
  const reading = redis.pipeline();
  for (const key of keys) reading.hgetall(scheduleKey(queue, key));
  const hashes = (await readRecordAnswers(reading)) as (
    | Readonly<Record<string, string>>
    | undefined
  )[];
  return keys.flatMap((key, i) => readOne(key, hashes[i] ?? {}));
}

/** None where something of it is gone or damaged: a worker will make it anew. */
function readOne(key: string, hash: Readonly<Record<string, string>>): StoredSchedule[] {
  const { task, timetable, ran_job: jobId } = hash;
  const [slot, ranSlot, ranAt, paused] = ["slot", "ran_slot", "ran_at", "paused"].map((field) =>
    hash[field] === undefined ? undefined : parseTime(Number(hash[field])),
  );
  if (task === undefined || timetable === undefined || slot === undefined) return [];
  const hasRun = ranSlot !== undefined && ranAt !== undefined && jobId !== undefined;
  const lastRun = hasRun ? { slot: ranSlot, at: ranAt, jobId } : undefined;
  return [{ key, task, timetable, slot, lastRun, pausedSince: paused }];
}

const pauseScript = `
if redis.call("EXISTS", KEYS[1]) == 0 then return 0 end
if redis.call("HEXISTS", KEYS[1], "paused") == 0 then
  local time = redis.call("TIME")
  redis.call("HSET", KEYS[1], "paused", time[1] * 1000 + math.floor(time[2] / 1000))
end
return 1
`;

/** Has no slot run until `resumeSchedule`; returns whether there is such a schedule. */
export async function pauseSchedule(queue: Queue, redis: Redis, key: string): Promise<boolean> {
  return (await redis.eval(pauseScript, 1, scheduleKey(queue, key))) === 1;
}

/** What was due in a pause was not missed. */
const resumeScript = `
if redis.call("EXISTS", KEYS[1]) == 0 then return 0 end
if redis.call("HDEL", KEYS[1], "paused") == 1 then
  local time = redis.call("TIME")
  redis.call("HSET", KEYS[1], "slot", time[1] * 1000 + math.floor(time[2] / 1000))
end
return 1
`;

/** Goes on with the next slot that comes; returns whether there is such a schedule. */
export async function resumeSchedule(queue: Queue, redis: Redis, key: string): Promise<boolean> {
  return (await redis.eval(resumeScript, 1, scheduleKey(queue, key))) === 1;
}
