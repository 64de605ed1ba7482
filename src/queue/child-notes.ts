import { createHash } from "node:crypto";
import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { childLimits } from "../contract/child-limits.ts";
import { readRecordAnswers } from "./answers.ts";
import { parseTime } from "./stored-time.ts";

/** What a job notes of one that it submits, before it does. */
export interface ChildNote {
  readonly id: string;
  readonly queue: string;
  readonly task: string;
  /** Of task and input: the same key stands for no others. */
  readonly digest: string;
  /** Unix time in ms. */
  readonly at: number;
}

/** A job in its queue, whose hash holds the notes; they go with it. */
export interface Noting {
  readonly queue: Queue;
  readonly redis: Redis;
  readonly id: string;
}

/**
 * What became of a note: `new`, or the job had made one with that key before, of a job that is `stored`
 * or of one that may be; or it can make none, having `ended` or made so many.
 */
export type Noted = { readonly kind: "new" | "ended" | "full"; readonly note?: undefined } | Held;
interface Held {
  readonly kind: "wanted" | "stored";
  readonly note: ChildNote;
}

const countField = "children";
const prefix = "child:";
const marks = { wanted: "?", stored: "+" } as const;

/**
 * In one step, so that of two workers that are at the same attempt, one of which has lost the job,
 * the second finds what the first has noted.
 */
const noteScript = `
local job = redis.call("HMGET", KEYS[1], "name", "finishedOn", ARGV[1], ARGV[3])
if not job[1] or job[2] then return "ended" end
if job[3] then return job[3] end
local count = tonumber(job[4] or 0) or 0
if count >= tonumber(ARGV[4]) then return "full" end
redis.call("HSET", KEYS[1], ARGV[1], ARGV[2], ARGV[3], count + 1)
return "new"
`;

/** Notes that the job is to submit another one under this key, unless it has noted that before. */
export async function noteChild(
  { queue, redis, id }: Noting,
  field: string,
  note: ChildNote,
): Promise<Noted> {
  const values = [field, format("wanted", note), countField, childLimits.ofOneJob];
  const answer = String(await redis.eval(noteScript, 1, queue.toKey(id), ...values));
  if (answer === "new" || answer === "ended" || answer === "full") return { kind: answer };
  const held = parse(answer);
  if (held === undefined) throw new Error(`the note "${field}" of the job "${id}" was damaged`);
  return held;
}

/** Not of a job that is gone: a hash without all else would be taken for a damaged job. */
const confirmScript = `
if redis.call("EXISTS", KEYS[1]) == 1 then redis.call("HSET", KEYS[1], ARGV[1], ARGV[2]) end
`;

/** Notes that the job is stored: it is never added again, even once it has ended and is kept no longer. */
export async function confirmChild(
  { queue, redis, id }: Noting,
  field: string,
  note: ChildNote,
): Promise<void> {
  await redis.eval(confirmScript, 1, queue.toKey(id), field, format("stored", note));
}

/** The field of a note: by the author's key, or by task and input. */
export function fieldOf(key: string | undefined, digest: string): string {
  return key === undefined ? `${prefix}input:${digest}` : `${prefix}key:${key}`;
}

/** The same for the same task and input, in whatever order its properties are. */
export function digestOf(task: string, input: unknown): string {
  const text = JSON.stringify([task, input], (_, value: unknown) => sortKeys(value));
  return createHash("sha256").update(text).digest("base64url").slice(0, 22);
}

function sortKeys(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** The jobs that a job has submitted, the first one first. One without any costs one look. */
export async function readChildren(queue: Queue, redis: Redis, id: string): Promise<ChildNote[]> {
  const key = queue.toKey(id);
  const [count] = await readRecordAnswers(redis.pipeline().hget(key, countField));
  if (typeof count !== "string") return [];
  const [hash] = await readRecordAnswers(redis.pipeline().hgetall(key));
  return listChildren(hash as Readonly<Record<string, string>> | undefined);
}

function listChildren(hash: Readonly<Record<string, string>> = {}): ChildNote[] {
  return Object.entries(hash)
    .flatMap(([field, text]) => {
      const noted = field.startsWith(prefix) ? parse(text) : undefined;
      return noted?.kind === "stored" ? [noted.note] : [];
    })
    .toSorted((a, b) => a.at - b.at);
}

/** As text without names, for a job may have many. */
function format(kind: keyof typeof marks, note: ChildNote): string {
  const { at, id, queue, task, digest } = note;
  return [marks[kind], at, id, queue, task, digest].join(" ");
}

function parse(text: string): Held | undefined {
  const [mark, time, id, queue, task, digest] = text.split(" ");
  const at = parseTime(time);
  if (!id || !queue || !task || !digest || at === undefined) return undefined;
  const kind = mark === marks.stored ? "stored" : "wanted";
  return { kind, note: { id, queue, task, digest, at } };
}
