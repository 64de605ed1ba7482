import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { z } from "zod";
import { fileBatchLimits } from "../contract/file-batches.ts";
import { readAnswers } from "./answers.ts";
import { readNow } from "./script-time.ts";

/** A row of a file, and what is wrong with it, if anything. */
export interface FileRow {
  /** As a spreadsheet counts it. */
  readonly row: number;
  readonly cells: readonly string[];
  readonly errors: readonly RowError[];
}

export interface RowError {
  /** "" where it is about the row as a whole. */
  readonly field: string;
  readonly detail: string;
}

/** What came of a row that was submitted: a job, or why there is none. */
export type RowOutcome = { readonly id: string } | { readonly refused: string };

/** What is said of a file as it is kept. */
export interface NewFileBatch {
  readonly task: string;
  /** Whose it is, as the tag of a client. */
  readonly client: string;
  /** What the file is called. */
  readonly file: string;
  /** The names of its columns' fields. */
  readonly columns: readonly string[];
  readonly delimiter: string;
  readonly bom: boolean;
  readonly total: number;
  /** Rows with errors. */
  readonly wrong: number;
  /** The first of them. */
  readonly problems: readonly Omit<FileRow, "cells">[];
  /** Where the first rows without errors are, counted from 0. */
  readonly previewed: readonly number[];
}

export interface FileBatch extends NewFileBatch {
  readonly id: string;
  /** Whether none of its rows, some of them, or all without errors were submitted. */
  readonly state: "read" | "begun" | "done";
  /** Unix times in ms, by Redis. */
  readonly createdAt: number;
  /** Why its rows could not all be submitted the last time, and until when that holds. */
  readonly held: { readonly why: string; readonly until: number } | undefined;
}

/** Where a file is kept, below the first of a deployment's queues. */
export function fileBatchKeys(home: Queue, id: string) {
  const batch = home.toKey(`file:${id}`);
  return { batch, rows: `${batch}:rows`, done: `${batch}:done`, all: home.toKey("files") };
}

/** Rows that are written before there is a file, until more come. */
const begunMs = 60_000;
/** What Redis has of a row beside its text, what came of it included. */
const rowOverhead = 256;
/** Of what is noted of a row that was refused. */
const longestRefusal = 100;

/** Adds rows to a file that is not there before `keepFileBatch`. */
export async function addFileRows(
  home: Queue,
  redis: Redis,
  id: string,
  rows: readonly FileRow[],
): Promise<void> {
  const { rows: key } = fileBatchKeys(home, id);
  const adding = redis
    .multi()
    .rpush(key, ...rows.map(writeRow))
    .pexpire(key, begunMs);
  await readAnswers(adding);
}

/** What of a row counts as kept. */
export function weighFileRow(row: FileRow): number {
  return Buffer.byteLength(writeRow(row)) + rowOverhead;
}

/** Forgets rows, and the file that was made of them where nobody heard of it. */
export async function dropFileRows(home: Queue, redis: Redis, id: string): Promise<void> {
  const { batch, rows, all } = fileBatchKeys(home, id);
  // The rows first: without them no file is made any more.
  await redis.del(rows, batch);
  await redis.zrem(all, id);
}

const beginScript = `${readNow}
local state = redis.call("HGET", KEYS[1], "state")
if not state then return 0 end
redis.call("HDEL", KEYS[1], "held", "until")
if state == "done" then return 1 end
redis.call("HSET", KEYS[1], "state", "begun", "worked", string.format("%.0f", now))
if state ~= "read" then return 1 end
redis.call("PEXPIRE", KEYS[1], ${fileBatchLimits.keptMs})
redis.call("PEXPIRE", KEYS[2], ${fileBatchLimits.keptMs})
return 1
`;

/** Notes that its rows are being submitted, for which it is kept longer; false where there is no such file any more. */
export async function beginFileBatch(home: Queue, redis: Redis, id: string): Promise<boolean> {
  const { batch, rows } = fileBatchKeys(home, id);
  return (await redis.eval(beginScript, 2, batch, rows)) === 1;
}

/** No id begins with it. */
const refusal = "!";

/** A row that has a job keeps it, whatever a second submission at the same time was told. */
const noteScript = `
local ttl = redis.call("PTTL", KEYS[1])
if ttl < 0 then return 0 end
local function refuses(outcome) return string.sub(outcome, 1, 1) == "${refusal}" end
for i = 2, #ARGV, 2 do
  local row, outcome = ARGV[i], ARGV[i + 1]
  local known = refuses(outcome) and redis.call("HGET", KEYS[2], row)
  if not known or refuses(known) then redis.call("HSET", KEYS[2], row, outcome) end
end
redis.call("PEXPIRE", KEYS[2], ttl)
if redis.call("HLEN", KEYS[2]) >= tonumber(ARGV[1]) then redis.call("HSET", KEYS[1], "state", "done") end
return 1
`;

/** Notes what came of rows; false where there is no such file any more. */
export async function noteOutcomes(
  home: Queue,
  redis: Redis,
  { id, total, wrong }: Pick<FileBatch, "id" | "total" | "wrong">,
  outcomes: ReadonlyMap<number, RowOutcome>,
): Promise<boolean> {
  if (outcomes.size === 0) return true;
  const { batch, done } = fileBatchKeys(home, id);
  const fields = [...outcomes].flatMap(([row, outcome]) => [row, writeOutcome(outcome)]);
  return (await redis.eval(noteScript, 2, batch, done, total - wrong, ...fields)) === 1;
}

const holdScript = `${readNow}
if redis.call("EXISTS", KEYS[1]) == 0 then return 0 end
-- A full Redis takes what follows, too: a script is refused at its first write alone.
redis.call("HDEL", KEYS[1], "held")
redis.call("HSET", KEYS[1], "held", ARGV[1], "until", string.format("%.0f", now + ARGV[2]))
return 1
`;

/** Notes why the rest of its rows are not submitted now, and for how long that holds; false as above. */
export async function holdFileBatch(
  home: Queue,
  redis: Redis,
  { id, why, ms }: { readonly id: string; readonly why: string; readonly ms: number },
): Promise<boolean> {
  return (await redis.eval(holdScript, 1, fileBatchKeys(home, id).batch, why, ms)) === 1;
}

const time = z.coerce.number().int().min(0);
const problem = z.object({
  row: z.int(),
  errors: z.array(z.object({ field: z.string(), detail: z.string() })),
});
const saidSchema = z.object({
  task: z.string(),
  client: z.string(),
  file: z.string(),
  columns: z.array(z.string()),
  delimiter: z.string(),
  bom: z.boolean(),
  total: z.int(),
  wrong: z.int(),
  problems: z.array(problem),
  // Of a file that an older producer has kept, nobody knows.
  previewed: z.array(z.int()).default([]),
});
const schema = z.object({
  state: z.enum(["read", "begun", "done"]),
  created: time,
  said: z.string(),
  held: z.string().optional(),
  until: time.optional(),
});

/** `undefined` where there is no such file any more. */
export async function readFileBatch(
  home: Queue,
  redis: Redis,
  id: string,
): Promise<FileBatch | undefined> {
  const { data } = schema.safeParse(await redis.hgetall(fileBatchKeys(home, id).batch));
  if (data === undefined) return undefined;
  const { state, created, held, until } = data;
  return {
    ...saidSchema.parse(JSON.parse(data.said)),
    id,
    state,
    createdAt: created,
    held: held === undefined ? undefined : { why: held, until: until ?? 0 },
  };
}

/** Some of its rows, from the one in that place on, which is counted from 0. */
export async function readFileRows(
  home: Queue,
  redis: Redis,
  { id, from, count }: { readonly id: string; readonly from: number; readonly count: number },
): Promise<FileRow[]> {
  const texts = await redis.lrange(fileBatchKeys(home, id).rows, from, from + count - 1);
  return texts.map(readRow);
}

/** Its rows in these places, as far as they are there. */
export async function pickFileRows(
  home: Queue,
  redis: Redis,
  { id, places }: { readonly id: string; readonly places: readonly number[] },
): Promise<FileRow[]> {
  const { rows } = fileBatchKeys(home, id);
  const reading = redis.pipeline();
  for (const place of places) reading.lindex(rows, place);
  const texts = (await readAnswers(reading)) as (string | null)[];
  return texts.filter((text) => text !== null).map(readRow);
}

/** What came of its rows so far, by their numbers. */
export async function readOutcomes(
  home: Queue,
  redis: Redis,
  id: string,
): Promise<Map<number, RowOutcome>> {
  const hash = await redis.hgetall(fileBatchKeys(home, id).done);
  return new Map(
    Object.entries(hash).map(([row, text]) => [Number(row), readOutcome(text)] as const),
  );
}

function writeOutcome(outcome: RowOutcome): string {
  if ("id" in outcome) return outcome.id;
  return `${refusal}${outcome.refused.slice(0, longestRefusal).toWellFormed()}`;
}

function readOutcome(text: string): RowOutcome {
  return text.startsWith(refusal) ? { refused: text.slice(refusal.length) } : { id: text };
}

function writeRow({ row, cells, errors }: FileRow): string {
  return JSON.stringify([row, cells, errors]);
}

const rowSchema = z.tuple([z.int(), z.array(z.string()), problem.shape.errors]);

function readRow(text: string): FileRow {
  const [row, cells, errors] = rowSchema.parse(JSON.parse(text));
  return { row, cells, errors };
}
