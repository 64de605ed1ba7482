import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { z } from "zod";

/** Who has paused a queue, and why. */
export interface Pause {
  /** Unix time in ms, by Redis. */
  readonly at: number;
  readonly by: string;
  readonly reason?: string | undefined;
}

/**
 * BullMQ asks whether the field is there, and for nothing in it: a note in its place goes when the queue
 * is resumed, and when Bull Board pauses it, whoever does that.
 */
const pauseScript = `
if redis.call("HEXISTS", KEYS[1], "paused") == 1 then return 0 end
local time = redis.call("TIME")
local note = string.format("%.0f ", time[1] * 1000 + math.floor(time[2] / 1000)) .. ARGV[1]
redis.call("HSET", KEYS[1], "paused", note)
redis.call("DEL", KEYS[2])
redis.call("XADD", KEYS[3], "MAXLEN", "~", redis.call("HGET", KEYS[1], "opts.maxLenEvents") or 10000, "*", "event", "paused")
return 1
`;

/** Has no job of the queue start until it is resumed; returns whether it was not paused before. */
export async function pauseQueue(
  queue: Queue,
  redis: Redis,
  { by, reason }: Pick<Pause, "by" | "reason">,
): Promise<boolean> {
  const keys = ["meta", "marker", "events"].map((name) => queue.toKey(name));
  const note = JSON.stringify({ by, reason });
  return (await redis.eval(pauseScript, keys.length, ...keys, note)) === 1;
}

/** Has its jobs start again; returns whether it was paused. */
export async function resumeQueue(queue: Queue): Promise<boolean> {
  if (!(await queue.isPaused())) return false;
  await queue.resume();
  return true;
}

const schema = z.object({ by: z.string(), reason: z.string().optional() });

/** `undefined` of a queue that is not paused, and "unknown" where that was done past the console. */
export async function readPause(
  queue: Queue,
  redis: Redis,
): Promise<Pause | "unknown" | undefined> {
  const text = await redis.hget(queue.toKey("meta"), "paused");
  if (text === null) return undefined;
  const [, at, json = ""] = /^(\d{1,15}) (.*)$/s.exec(text) ?? [];
  try {
    return { at: Number(at), ...schema.parse(JSON.parse(json)) };
  } catch {
    return "unknown";
  }
}
