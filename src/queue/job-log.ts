import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { type LogLevel, logLevels, reportLimits } from "../contract/job-reports.ts";
import { readRecordAnswers } from "./answers.ts";
import { parseTime } from "./stored-time.ts";

/** A line of a job's log. */
export interface StoredLine {
  /** Unix time in ms. */
  readonly at: number;
  readonly level: LogLevel;
  readonly attempt: number;
  readonly message: string;
}

/** What is kept of a line; one that an operator has put there has a message alone. */
export type ReadLine = Partial<StoredLine> &
  Pick<StoredLine, "message"> & {
    /** 1 for the first that the job has had. */
    readonly number: number;
  };

export interface ReadLog {
  /** Lines that the job has had, of which the last ones are kept. */
  readonly logged: number;
  readonly lines: readonly ReadLine[];
}

/** A field of ours beside BullMQ's own in the job's hash: how many lines its log has had. */
const field = "logged";

/**
 * In one step, so that a job which is removed meanwhile leaves no log. BullMQ's own script adds one
 * line and counts lines alone.
 */
const appendScript = `
if redis.call("EXISTS", KEYS[1]) == 0 then return 0 end
local logged = (tonumber(redis.call("HGET", KEYS[1], ARGV[4]) or 0) or 0) + ARGV[3]
redis.call("RPUSH", KEYS[2], unpack(ARGV, 5))
local lines = redis.call("LRANGE", KEYS[2], -ARGV[1], -1)
local kept, bytes = 0, 0
for i = #lines, 1, -1 do
  bytes = bytes + #lines[i]
  if bytes > tonumber(ARGV[2]) then break end
  kept = kept + 1
end
redis.call("LTRIM", KEYS[2], -kept, -1)
redis.call("HSET", KEYS[1], ARGV[4], string.format("%.0f", logged))
return 1
`;

/** Adds the last lines of so many to the log that BullMQ, and so Bull Board, has of a job. */
export async function appendLog(
  queue: Queue,
  redis: Redis,
  id: string,
  { lines, count }: { readonly lines: readonly string[]; readonly count: number },
): Promise<void> {
  const keys = [queue.toKey(id), logKeyOf(queue, id)];
  const { lines: mostLines, bytes } = reportLimits;
  await redis.eval(appendScript, keys.length, ...keys, mostLines, bytes, count, field, ...lines);
}

/** How many lines a job's log has had. */
export async function countLogged(queue: Queue, redis: Redis, id: string): Promise<number> {
  const asked = redis.pipeline().hget(queue.toKey(id), field);
  return readCount((await readRecordAnswers(asked))[0]);
}

/**
 * In one step, so that the count is that of the lines. No transaction, as a full Redis refuses to queue
 * even what reads. What somebody has put in the place of either is none.
 */
const readScript = `
local function has(key, kind) return redis.call("TYPE", key).ok == kind end
return {
  has(KEYS[1], "hash") and redis.call("HGET", KEYS[1], ARGV[1]) or "",
  has(KEYS[2], "list") and redis.call("LRANGE", KEYS[2], -ARGV[2], -1) or {},
}
`;

/** The lines of a job's log that are kept, and how many it has had. */
export async function readLog(queue: Queue, redis: Redis, id: string): Promise<ReadLog> {
  const keys = [queue.toKey(id), logKeyOf(queue, id)];
  const answer = await redis.eval(readScript, keys.length, ...keys, field, reportLimits.lines);
  const [count, kept] = answer as [unknown, unknown];
  const texts = Array.isArray(kept) ? kept.map(String) : [];
  const logged = Math.max(readCount(count), texts.length);
  const before = logged - texts.length;
  return {
    logged,
    lines: texts.map((text, i) => ({ number: before + i + 1, ...parseLine(text) })),
  };
}

/** Where BullMQ keeps a job's log; its removal of a job removes it, too. */
export function logKeyOf(queue: Queue, id: string): string {
  return `${queue.toKey(id)}:logs`;
}

/** A line as people read it in Bull Board. */
export function formatLine({ at, level, attempt, message }: StoredLine): string {
  return `${new Date(at).toISOString()} ${level} attempt ${attempt}: ${message}`;
}

const lineForm = new RegExp(String.raw`^(\S{24,27}) (${logLevels.join("|")}) attempt (\d{1,9}): `);

function parseLine(text: string): Omit<ReadLine, "number"> {
  const [start = "", time = "", level, attempt] = lineForm.exec(text) ?? [];
  const message = text.slice(start.length, start.length + reportLimits.line).toWellFormed();
  const at = parseTime(Date.parse(time));
  if (at === undefined) return { message: text.slice(0, reportLimits.line).toWellFormed() };
  return { at, level: level as LogLevel, attempt: Number(attempt), message };
}

/** Nothing where somebody has written something else. */
function readCount(count: unknown): number {
  return typeof count === "string" && /^\d{1,15}$/.test(count) ? Number(count) : 0;
}
