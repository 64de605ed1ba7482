import type { Redis } from "ioredis";
import { callbackLimits } from "../contract/callbacks.ts";
import { callbackKeysOf, callbackLua, type CallbackQueue } from "./callback-keys.ts";
import type { TakenCallback } from "./callback-takings.ts";
import {
  callbackMark,
  type CallbackNote,
  formatNote,
  noteField,
  retryField,
  retryMarkLua,
} from "./job-callback.ts";

/**
 * Of a callback that has come into other hands it is noted that its end was told, and nothing else; that
 * stays noted, whoever says otherwise, since a producer may be late by any time. A job that was retried
 * while its end was told, or removed and submitted again under its key, has another end to tell of: then
 * the callback is not dealt with, whatever became of this one; nor is it while somebody is about to retry
 * the job. A client gets no more late ones than are then free for others. The record says for whom it is
 * counted, as one that an older release has noted is not.
 */
const settleScript = `${callbackLua}${retryMarkLua}
local due, late, counts, record, job = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local id, held, kind, next, note, ending = ARGV[1], ARGV[2], ARGV[3], now + ARGV[4], ARGV[5], ARGV[6]
local owner = ARGV[11]
-- A full Redis takes what follows, too: a script is refused at its first write alone.
redis.call("ZREM", due, "")
local score = redis.call("ZSCORE", due, id)
local ours = score and tonumber(score) == tonumber(held)
if kind == "later" then
  if ours then redis.call("ZADD", due, "XX", next, id) end
  return ours and "noted" or "overtaken"
end
local latest = read(job, "opts", "finishedOn", "${noteField}", "${retryField}")
local isThisEnd = latest[2] and latest[2] == ending
local wasTold = isThisEnd and latest[3] and string.find(latest[3], '"end":' .. ending, 1, true)
  and string.find(latest[3], '"state":"delivered"', 1, true)
local answer = "overtaken"
if kind == "delivered" or ours and not wasTold then answer = "noted" end
if wasTold then kind = "delivered" end
if not ours and kind ~= "delivered" then return answer end
if kind == "retrying" and not redis.call("ZSCORE", late, id) and countOf(counts, owner) >= ARGV[10] - redis.call("ZCARD", late) then
  return "full"
end
if note ~= "" and isThisEnd and not wasTold then redis.call("HSET", job, "${noteField}", note) end
if not ours then return answer end
local again = latest[1] and string.find(latest[1], '${callbackMark}', 1, true) and latest[2] ~= ending
local till = isThisEnd and retriedUntil(latest[4], ending) or 0
local nextEnd = again and now or till > now and till
if kind == "retrying" then
  redis.call("ZADD", due, "XX", math.min(next, nextEnd or next), id)
  local since = redis.call("ZSCORE", late, id)
  uncount(late, counts, record, id)
  redis.call("ZADD", late, since or tonumber(ending) or now, id)
  redis.call("HSET", counts, owner, countOf(counts, owner) + 1)
  redis.call("DEL", record)
  redis.call("HSET", record, "url", ARGV[7], "end", ending, "tries", ARGV[8], "summary", ARGV[9], "owner", owner, "counted", owner)
else
  if nextEnd then redis.call("ZADD", due, "XX", nextEnd, id) else redis.call("ZREM", due, id) end
  uncount(late, counts, record, id)
  redis.call("DEL", record)
end
return answer
`;

/** What is to be kept of a callback that was in hand. */
export type Settlement =
  /** Nothing was tried; it is looked at again after so many ms. */
  | { readonly kind: "later"; readonly waitMs: number }
  /** A try has failed. */
  | {
      readonly kind: "retrying";
      readonly waitMs: number;
      readonly note: CallbackNote;
      readonly summary: string;
    }
  | { readonly kind: "delivered" | "given_up"; readonly note: CallbackNote }
  /** Nothing is left that could be told. */
  | { readonly kind: "gone" };

/** What became of a settlement. */
export type Settled =
  | "noted"
  /** Too many wait for another try already, or too many of its client: nothing was changed. */
  | "full"
  /** Another producer has it in hand, or has told of the same end. */
  | "overtaken";

/** Notes it, unless the callback has come into other hands or was delivered. */
export async function settleCallback(
  queue: CallbackQueue,
  redis: Redis,
  { id, url, owner, ending, held }: TakenCallback,
  settlement: Settlement,
): Promise<Settled> {
  const { kind } = settlement;
  const note = "note" in settlement ? settlement.note : undefined;
  const waitMs = "waitMs" in settlement ? Math.round(settlement.waitMs) : 0;
  const summary = kind === "retrying" ? settlement.summary : "";
  const keys = [...callbackKeysOf(queue), queue.toKey(`callback:${id}`), queue.toKey(id)];
  const values = [
    id,
    held,
    kind,
    waitMs,
    note === undefined ? "" : formatNote(note),
    ending,
    url,
    note?.tries ?? 0,
    summary,
    callbackLimits.mostLate,
    owner,
  ];
  return (await redis.eval(settleScript, keys.length, ...keys, ...values)) as Settled;
}
