import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { z } from "zod";
import { bulkActions, type BulkAction, bulkLimits } from "../contract/actions.ts";
import { readAnswers } from "./answers.ts";
import { createRandomId } from "./job-id.ts";

/** One action on many jobs, as it was ordered. */
export interface BulkOrder {
  readonly action: BulkAction;
  readonly by: string;
  readonly reason?: string | undefined;
  /** Which jobs were meant, as the parameters of an address. */
  readonly filter: string;
}

/** A job that is one of many. */
export interface BulkJob {
  readonly queue: string;
  readonly id: string;
  /** When it was submitted, as Unix time in ms, if that is known: another one may have its id later. */
  readonly createdAt?: number | undefined;
}

/** As a run keeps it. */
function formatJob({ queue, id, createdAt }: BulkJob): string {
  return `${queue} ${id} ${createdAt ?? ""}`;
}

/** Reads what a run has kept. */
export function parseBulkJob(text: string): BulkJob {
  const [queue = "", id = "", createdAt = ""] = text.split(" ");
  return createdAt === "" ? { queue, id } : { queue, id, createdAt: Number(createdAt) };
}

export type BulkState = "running" | "done" | "stopped";

export interface BulkRun extends BulkOrder {
  readonly id: string;
  readonly state: BulkState;
  /** Unix times in ms, by Redis. */
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  /** All of its jobs, and those that were dealt with, by how. */
  readonly total: number;
  readonly done: number;
  readonly refused: number;
  readonly failed: number;
  /** The latest that were refused or failed, with why. */
  readonly unserved: readonly { readonly id: string; readonly why: string }[];
}

/** Where a run is kept, below the first of a deployment's queues. */
export function bulkKeys(home: Queue, id: string) {
  const run = home.toKey(`bulk:${id}`);
  return {
    run,
    jobs: `${run}:jobs`,
    unserved: `${run}:unserved`,
    open: home.toKey("bulk-open"),
    /** The latest ones, over or not. */
    latest: home.toKey("bulk-latest"),
  };
}

/** Jobs that are written in one go. */
const writtenAtOnce = 1_000;
/** What was begun and has no run is forgotten. */
const begunMs = 600_000;

/** A full Redis takes it, too, where what is ordered makes room: a script is refused at its first write alone. */
const writeScript = `
if ARGV[2] == "1" then redis.call("LTRIM", KEYS[1], 0, -1) end
redis.call("RPUSH", KEYS[1], unpack(ARGV, 3))
redis.call("PEXPIRE", KEYS[1], ARGV[1])
`;

/** Only now is there a run: whoever dies before it has begun nothing. */
const startScript = `
local time = redis.call("TIME")
local now = string.format("%.0f", time[1] * 1000 + math.floor(time[2] / 1000))
local total = redis.call("LLEN", KEYS[2])
if total ~= tonumber(ARGV[1]) then return redis.error_reply("the jobs of the run are not all there") end
if ARGV[4] == "1" then redis.call("HDEL", KEYS[1], "ended") end
redis.call("HSET", KEYS[1], "state", "running", "started", now, "total", total, "next", 0,
  "done", 0, "refused", 0, "failed", 0, unpack(ARGV, 5))
redis.call("PEXPIRE", KEYS[1], ARGV[2])
redis.call("PEXPIRE", KEYS[2], ARGV[2])
redis.call("ZADD", KEYS[3], now, ARGV[3])
redis.call("ZADD", KEYS[4], string.format("%.0f", time[1] * 1000000 + time[2]), ARGV[3])
redis.call("ZREMRANGEBYRANK", KEYS[4], 0, -${bulkLimits.listed + 1})
redis.call("PEXPIRE", KEYS[4], ARGV[2])
return now
`;

/** Writes the jobs, and then the order to act on each of them; returns the run's id. */
export async function startBulk(
  home: Queue,
  redis: Redis,
  { jobs, ...order }: BulkOrder & { readonly jobs: readonly BulkJob[] },
): Promise<string> {
  const id = createRandomId();
  const keys = bulkKeys(home, id);
  const makesRoom = order.action === "retry" ? 0 : 1;
  for (let i = 0; i < jobs.length; i += writtenAtOnce) {
    const part = jobs.slice(i, i + writtenAtOnce).map(formatJob);
    await redis.eval(writeScript, 1, keys.jobs, begunMs, makesRoom, ...part);
  }
  const fields = Object.entries(order).filter(([, value]) => value !== undefined);
  const values = [jobs.length, bulkLimits.keptDays * 86_400_000, id, makesRoom, ...fields.flat()];
  const named = [keys.run, keys.jobs, keys.open, keys.latest];
  await redis.eval(startScript, named.length, ...named, ...(values as string[]));
  return id;
}

const count = z.coerce.number().int().min(0);
const schema = z.object({
  action: z.enum(Object.keys(bulkActions) as [BulkAction]),
  by: z.string(),
  reason: z.string().optional(),
  filter: z.string(),
  state: z.enum(["running", "done", "stopped"]),
  started: count,
  ended: count.optional(),
  total: count,
  done: count,
  refused: count,
  failed: count,
});

/** `undefined` where there is no such run any more. */
export async function readBulk(
  home: Queue,
  redis: Redis,
  id: string,
): Promise<BulkRun | undefined> {
  const keys = bulkKeys(home, id);
  const reading = redis.pipeline().hgetall(keys.run).lrange(keys.unserved, 0, -1);
  const [hash, unserved] = (await readAnswers(reading)) as [object, string[]];
  const run = readRun(id, hash);
  return run && { ...run, unserved: unserved.map(readUnserved) };
}

/** A run without those that it has not served. */
export type ListedBulk = Omit<BulkRun, "unserved">;

/** The latest runs that are still kept, the latest first. */
export async function listLatestBulks(home: Queue, redis: Redis): Promise<readonly ListedBulk[]> {
  const ids = await redis.zrange(
    bulkKeys(home, "").latest,
    0,
    String(bulkLimits.listed - 1),
    "REV",
  );
  if (ids.length === 0) return [];
  const reading = redis.pipeline();
  for (const id of ids) reading.hgetall(bulkKeys(home, id).run);
  const hashes = await readAnswers(reading);
  return ids.flatMap((id, i) => readRun(id, hashes[i]) ?? []);
}

function readRun(id: string, hash: unknown): ListedBulk | undefined {
  const { data } = schema.safeParse(hash);
  if (data === undefined) return undefined;
  const { started: startedAt, ended: endedAt, ...run } = data;
  return { ...run, id, startedAt, endedAt };
}

/** Runs that are not over, the oldest first. */
export async function listOpenBulks(home: Queue, redis: Redis): Promise<string[]> {
  return redis.zrange(bulkKeys(home, "").open, 0, "-1");
}

function readUnserved(text: string): { readonly id: string; readonly why: string } {
  const [id = "", ...words] = text.split(" ");
  return { id, why: words.join(" ") };
}
