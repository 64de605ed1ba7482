import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { z } from "zod";
import { readRecordAnswers } from "./answers.ts";

/** The option, beside BullMQ's own, that says where it is to be told that the job has ended. */
export function callBack(url: string) {
  return { callback: url } as const;
}

/** Reads what `callBack` wrote into a job; `undefined` if it is anything else. */
export function readCallbackUrl(options: object): string | undefined {
  const url: unknown = "callback" in options ? options.callback : undefined;
  return typeof url === "string" ? url : undefined;
}

/** How the option begins in Redis; in any other text of the options the quotes are escaped. */
export const callbackMark = '"callback":"';

/**
 * For a script: `watchCallback(due, id, now)` has the callback of a job in the set `due` looked at from
 * now on, which is no later than it would have been. One that a producer has in hand stays there: whoever
 * settles it sees to what has changed meanwhile.
 */
export const watchLua = `
local function watchCallback(due, id, now)
  local score = tonumber(redis.call("ZSCORE", due, id))
  if not score or score > tonumber(now) and score % 1 == 0 then redis.call("ZADD", due, now, id) end
end
`;

/** The field of a job's hash that says which end somebody is about to retry it after, and until when that may take. */
export const retryField = "cbr";

/**
 * For a script: `markRetry(job, ending, till)` notes of a job that somebody is about to retry it after that
 * end; `retriedUntil(mark, ending)` is until when, in Unix time in ms, and 0 of any other end.
 */
export const retryMarkLua = `
local function markRetry(job, ending, till)
  redis.call("HSET", job, "${retryField}", ending .. string.format(" %.0f", till))
end
local function retriedUntil(mark, ending)
  local of, till = string.match(mark or "", "^(%S+) (%d+)$")
  return of == ending and tonumber(till) or 0
end
`;

/** The field of a job's hash that has the note. */
export const noteField = "cb";

const note = z.object({
  state: z.enum(["delivered", "retrying", "given_up"]),
  tries: z.int().min(1),
  /** Unix time in ms of the last try. */
  at: z.int(),
  /** Unix time in ms of the end that it told of. */
  end: z.int(),
  /** Unix time in ms of the next try, if there is to be one. */
  next: z.int().optional(),
  /** Why the last try failed, if it did. */
  error: z.string().optional(),
});

/** What a job's record says of its callback, once it was tried. */
export type CallbackNote = z.infer<typeof note>;

export function formatNote(value: CallbackNote): string {
  return JSON.stringify(value);
}

/** Reads the note of a job; `undefined` if there is none, or somebody has written something else. */
export async function readCallbackNote(
  queue: Queue,
  redis: Redis,
  id: string,
): Promise<CallbackNote | undefined> {
  const [text] = await readRecordAnswers(redis.pipeline().hget(queue.toKey(id), noteField));
  try {
    return note.safeParse(JSON.parse(String(text))).data;
  } catch {
    return undefined;
  }
}
