import type { Redis } from "ioredis";
import { callbackLua, type CallbackQueue, callbacksKey } from "./callback-keys.ts";
import { noteField, watchLua } from "./job-callback.ts";

/** A submission that is repeated does not bring back a callback that was dealt with. */
const watchScript = `${callbackLua}${watchLua}
local kept = read(KEYS[2], "finishedOn", "${noteField}")
if kept[1] and kept[2] and string.find(kept[2], '"end":' .. kept[1], 1, true) then return end
watchCallback(KEYS[1], ARGV[1], now)
`;

/** Has the callback of a job, which is in the queue, looked at from now on until it is dealt with. */
export async function watchCallback(queue: CallbackQueue, redis: Redis, id: string): Promise<void> {
  await redis.eval(watchScript, 2, callbacksKey(queue), queue.toKey(id), id);
}
