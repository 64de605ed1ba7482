import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { bulkLimits } from "../contract/actions.ts";
import { type BulkJob, bulkKeys, parseBulkJob } from "./bulk-records.ts";

/** Another producer has the run, it is over, or these jobs are to be dealt with next. */
export type BulkShare =
  | { readonly kind: "held" | "over" }
  | { readonly kind: "jobs"; readonly from: number; readonly jobs: readonly BulkJob[] };

const timeLua = `
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- A full Redis takes what follows, too: a script is refused at its first write alone.
local function begin() redis.call("HDEL", KEYS[1], "none") end
local function close(state)
  begin()
  redis.call("HSET", KEYS[1], "state", state, "ended", string.format("%.0f", now))
  redis.call("HDEL", KEYS[1], "lease_by", "lease_until")
  redis.call("ZREM", KEYS[3], ARGV[1])
end
`;

const takeScript = `${timeLua}
local state, by, till, next, stop = unpack(redis.call("HMGET", KEYS[1], "state", "lease_by", "lease_until", "next", "stop"))
if state ~= "running" then
  redis.call("ZREM", KEYS[3], ARGV[1])
  return { "over" }
end
if by and by ~= ARGV[2] and tonumber(till) > now then return { "held" } end
if stop then
  close("stopped")
  return { "over" }
end
local jobs = redis.call("LRANGE", KEYS[2], next, next + ARGV[4] - 1)
if #jobs == 0 then
  close("stopped")
  return { "over" }
end
begin()
redis.call("HSET", KEYS[1], "lease_by", ARGV[2], "lease_until", string.format("%.0f", now + ARGV[3]))
return { next, unpack(jobs) }
`;

/** Takes the next jobs of a run, if nobody else has it, or has had it for longer than a lease. */
export async function takeShare(
  home: Queue,
  redis: Redis,
  { id, owner }: { readonly id: string; readonly owner: string },
): Promise<BulkShare> {
  const { run, jobs, open } = bulkKeys(home, id);
  const values = [id, owner, bulkLimits.leaseMs, bulkLimits.atOnce];
  const answer = (await redis.eval(takeScript, 3, run, jobs, open, ...values)) as string[];
  const [from = "", ...rows] = answer;
  if (from === "over" || from === "held") return { kind: from };
  return { kind: "jobs", from: Number(from), jobs: rows.map(parseBulkJob) };
}

const advanceScript = `${timeLua}
local by, next, total = unpack(redis.call("HMGET", KEYS[1], "lease_by", "next", "total"))
if by ~= ARGV[2] or next ~= ARGV[3] then return 0 end
begin()
for i, name in ipairs({ "done", "refused", "failed" }) do redis.call("HINCRBY", KEYS[1], name, ARGV[4 + i]) end
if #ARGV > 7 then
  redis.call("RPUSH", KEYS[2], unpack(ARGV, 8))
  redis.call("LTRIM", KEYS[2], -${bulkLimits.unserved}, -1)
  redis.call("PEXPIRE", KEYS[2], math.max(1, redis.call("PTTL", KEYS[1])))
end
redis.call("HSET", KEYS[1], "next", ARGV[4])
if tonumber(ARGV[4]) >= tonumber(total) then close("done") end
return 1
`;

const stopScript = `${timeLua}
local state, till = unpack(redis.call("HMGET", KEYS[1], "state", "lease_until"))
if state ~= "running" then return 0 end
begin()
redis.call("HSET", KEYS[1], "stop", 1)
if (tonumber(till) or 0) <= now then close("stopped") end
return 1
`;

/**
 * Has a run stop after the jobs that are being dealt with, and at once where nobody has it; returns
 * whether it was running.
 */
export async function stopBulk(home: Queue, redis: Redis, id: string): Promise<boolean> {
  const { run, jobs, open } = bulkKeys(home, id);
  return (await redis.eval(stopScript, 3, run, jobs, open, id)) === 1;
}

/** What became of a share. */
export interface ShareEnd {
  readonly done: number;
  readonly refused: number;
  readonly failed: number;
  /** Of each that was not done, its id and why. */
  readonly unserved: readonly (readonly [id: string, why: string])[];
}

/** Notes that a share is dealt with, unless another producer has taken the run over meanwhile. */
export async function endShare(
  home: Queue,
  redis: Redis,
  { id, owner }: { readonly id: string; readonly owner: string },
  { from, jobs, end }: { readonly from: number; readonly jobs: number; readonly end: ShareEnd },
): Promise<boolean> {
  const { run, unserved, open } = bulkKeys(home, id);
  const texts = end.unserved.map(([job, why]) => `${job} ${why}`.slice(0, 300).toWellFormed());
  const values = [id, owner, from, from + jobs, end.done, end.refused, end.failed, ...texts];
  return (await redis.eval(advanceScript, 3, run, unserved, open, ...values)) === 1;
}
