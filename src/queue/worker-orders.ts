import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { workerKey } from "./worker-keys.ts";
import { parseTime } from "./stored-time.ts";

/** An operator has a worker take no more jobs until it is released. */
export interface DrainOrder {
  /** Who did that. */
  readonly by: string;
  /** Unix time in ms, by Redis; `undefined` where somebody has damaged it. */
  readonly at: number | undefined;
}

/** From the fields `drain_at` and `drain_by` of a worker's hash. */
export function readOrder([at, by]: readonly [at: string | null, by: string | null]):
  | DrainOrder
  | undefined {
  if (at === null) return undefined;
  return { by: by ?? "", at: parseTime(at) };
}

const drainScript = `
if redis.call("TYPE", KEYS[1]).ok ~= "hash" then return 0 end
if redis.call("HEXISTS", KEYS[1], "drain_at") == 0 then
  local time = redis.call("TIME")
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  redis.call("HSET", KEYS[1], "drain_at", now, "drain_by", ARGV[1])
end
return 1
`;

/**
 * Has a worker take no more jobs, from its next report on and until `orderRelease`; what it runs goes
 * on. Returns whether such a worker is known.
 */
export async function orderDrain(
  home: Queue,
  redis: Redis,
  { id, by }: { readonly id: string; readonly by: string },
): Promise<boolean> {
  return (await redis.eval(drainScript, 1, workerKey(home, id), by)) === 1;
}

const releaseScript = `
if redis.call("TYPE", KEYS[1]).ok ~= "hash" then return 0 end
redis.call("HDEL", KEYS[1], "drain_at", "drain_by")
return 1
`;

/** Has a worker take jobs again; returns whether such a worker is known. */
export async function orderRelease(home: Queue, redis: Redis, id: string): Promise<boolean> {
  return (await redis.eval(releaseScript, 1, workerKey(home, id))) === 1;
}
