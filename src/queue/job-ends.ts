import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { readAnswers } from "./answers.ts";
import { type EndedSet, endedSets } from "./queue.ts";

/** How a job stands, as far as many are told apart at once; `unknown` where there is none any more. */
export type RoughState = EndedSet | "active" | "waiting" | "unknown";

/** Jobs looked at in one step, which keeps Redis from others for less than a millisecond. */
const lookedAtOnce = 100;

/** A job is in one of these, or waits in another place. */
const statesScript = `
local active = {}
for _, id in ipairs(redis.call("LRANGE", KEYS[1], 0, -1)) do active[id] = true end
local states = {}
for i = 2, #ARGV do
  local id = ARGV[i]
  local state = "unknown"
  if redis.call("ZSCORE", KEYS[2], id) then state = "completed"
  elseif redis.call("ZSCORE", KEYS[3], id) then state = "failed"
  elseif active[id] then state = "active"
  elseif redis.call("EXISTS", ARGV[1] .. id) == 1 then state = "waiting" end
  states[i - 1] = state
end
return states
`;

/** How each of these jobs stands, in their order. */
export async function readRoughStates(
  queue: Queue,
  redis: Redis,
  ids: readonly string[],
): Promise<RoughState[]> {
  const keys = ["active", endedSets.succeeded, endedSets.failed].map((key) => queue.toKey(key));
  const states: RoughState[] = [];
  for (let i = 0; i < ids.length; i += lookedAtOnce) {
    const values = [queue.toKey(""), ...ids.slice(i, i + lookedAtOnce)];
    const answer = await redis.eval(statesScript, keys.length, ...keys, ...values);
    states.push(...(answer as RoughState[]));
  }
  return states;
}

/** What came of these jobs as Redis keeps it: their results and the reasons of their failures. */
export async function readStoredEnds(
  queue: Queue,
  redis: Redis,
  ids: readonly string[],
): Promise<(readonly [returnvalue: string | null, failedReason: string | null])[]> {
  const reading = redis.pipeline();
  for (const id of ids) reading.hmget(queue.toKey(id), "returnvalue", "failedReason");
  return (await readAnswers(reading)) as [string | null, string | null][];
}
