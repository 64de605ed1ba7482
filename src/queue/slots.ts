import { Job, type JobsOptions, type Queue, RedisQueueBackend } from "bullmq";
import type { Redis } from "ioredis";
import { scheduleKey } from "./schedule-keys.ts";

/** A slot of a schedule, and the timetable that it is from. */
export interface Slot {
  readonly key: string;
  readonly timetable: string;
  /** Unix time in ms. */
  readonly slotMs: number;
}

/** What is to run in a slot. */
export interface SlotJob {
  /** One that no job has had. */
  readonly id: string;
  readonly task: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly options: JobsOptions;
}

/**
 * Where the slot is not to be run, something else gets the id of the job for as long as the
 * transaction lasts: BullMQ adds no job whose id is known. What is no hash has no timetable either.
 */
const guardScript = `
local known = redis.pcall("HMGET", KEYS[1], "timetable", "slot", "paused")
local isDue = known[1] == ARGV[1] and (tonumber(known[2]) or 0) < tonumber(ARGV[2]) and not known[3]
if not isDue and redis.call("EXISTS", KEYS[2]) == 0 then redis.call("HSET", KEYS[2], "stand_in", "1") end
return 0
`;

/** Of a job whose unique key an unfinished one has, that one is the run. */
const settleScript = `
if redis.call("HGET", KEYS[2], "stand_in") then
  redis.call("DEL", KEYS[2])
  return false
end
local job = ARGV[2]
if redis.call("EXISTS", KEYS[2]) == 0 then
  job = KEYS[3] and redis.call("GET", KEYS[3])
  if not job then return false end
end
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call("HSET", KEYS[1], "slot", ARGV[1], "ran_slot", ARGV[1], "ran_job", job, "ran_at", now)
return job
`;

/**
 * Adds the job of a slot, and notes that the slot is dealt with, in one step: however many workers
 * try, and whatever is kept of the job afterwards, a slot gets one. Returns the id of the job that is
 * now the slot's: this one's, or that of the unfinished job which has its unique key; `undefined`
 * where the slot is not to be run, or not any more.
 */
export async function runSlot(
  queue: Queue,
  { key, timetable, slotMs }: Slot,
  { id, task, input, options }: SlotJob,
): Promise<string | undefined> {
  const backend = queue.getBackend();
  if (!(backend instanceof RedisQueueBackend)) throw new Error("expected a queue in redis");
  const job = new Job(queue, task, input, { ...queue.jobsOpts, ...options, jobId: id }, id);
  const hash = scheduleKey(queue, key);
  const unique = options.deduplication?.id;
  const keys = [
    hash,
    queue.toKey(id),
    ...(unique === undefined ? [] : [queue.toKey(`de:${unique}`)]),
  ];
  const step = (await backend.client).multi();
  step.runCommand("eval", [guardScript, 2, hash, queue.toKey(id), timetable, slotMs]);
  await backend.addJobToTransaction(step, job.asJSON(), id);
  step.runCommand("eval", [settleScript, keys.length, ...keys, slotMs, id]);
  const answers = (await step.exec()) ?? [];
  for (const [error] of answers) if (error !== null) throw error;
  const ran = answers.at(-1)?.[1];
  return typeof ran === "string" ? ran : undefined;
}

const passScript = `
local known = redis.pcall("HMGET", KEYS[1], "timetable", "slot")
if known[1] == ARGV[1] and (tonumber(known[2]) or 0) < tonumber(ARGV[2]) then
  redis.call("HSET", KEYS[1], "slot", ARGV[2])
  return 1
end
return 0
`;

/** Leaves out all slots up to this one; returns whether some were left to. */
export async function passSlots(
  queue: Queue,
  redis: Redis,
  { key, timetable, slotMs }: Slot,
): Promise<boolean> {
  return (await redis.eval(passScript, 1, scheduleKey(queue, key), timetable, slotMs)) === 1;
}
