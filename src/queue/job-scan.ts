import type { Redis } from "ioredis";
import type { QueueKeys } from "./job-events.ts";
import { factsLua, type JobFacts, parseFacts, type RawFacts } from "./job-facts.ts";
import { jobListNames, jobLists } from "./job-lists.ts";

type ListName = (typeof jobListNames)[number];

/** How far a list was read, from its newest job on. */
export interface ScanCursor {
  readonly list: ListName;
  /** Of a list: jobs passed. Of a sorted set: the last score, and jobs passed that have it. */
  readonly score: string;
  readonly passed: number;
}

export interface ScannedJobs {
  readonly jobs: readonly JobFacts[];
  /** Jobs looked at, those without a record included. */
  readonly read: number;
  /** Where the list goes on; `undefined` at its end. */
  readonly next: ScanCursor | undefined;
}

/** Jobs read in one step, of which each takes Redis some 12 µs. */
const step = 100;
/** A list may lose jobs from its middle between two steps. */
const overlap = 20;

const places = {
  wait: "waiting",
  paused: "waiting",
  prioritized: "waiting",
  "waiting-children": "waiting",
  active: "active",
  delayed: "delayed",
  completed: "completed",
  failed: "failed",
} as const satisfies Record<ListName, string>;

/** What ends soon first, and what has ended last, of which there may be too many. */
export const scannedLists: readonly ListName[] = [
  "active",
  "delayed",
  "waiting-children",
  "prioritized",
  "wait",
  "paused",
  "failed",
  "completed",
];

const script = `${factsLua}
local ids, scores = {}, {}
if redis.call("TYPE", KEYS[1]).ok == "list" then
  ids = redis.call("LRANGE", KEYS[1], ARGV[4], ARGV[4] + ARGV[5] - 1)
elseif redis.call("TYPE", KEYS[1]).ok == "zset" then
  local found = redis.call("ZRANGE", KEYS[1], ARGV[3], "-inf", "BYSCORE", "REV", "LIMIT", ARGV[4], ARGV[5], "WITHSCORES")
  for i = 1, #found, 2 do
    ids[#ids + 1] = found[i]
    scores[#scores + 1] = found[i + 1]
  end
end
local jobs = {}
for _, id in ipairs(ids) do
  local facts = factsOf(ARGV[1], id, ARGV[2])
  if facts then jobs[#jobs + 1] = facts end
end
return { #ids, scores, jobs }
`;

/** Where a list begins. */
export function beginList(list: ListName): ScanCursor {
  return { list, score: "+inf", passed: 0 };
}

/** Reads the next jobs of a list, the newest first. */
export async function scanJobs(
  redis: Redis,
  { prefix }: QueueKeys,
  { list, score, passed }: ScanCursor,
): Promise<ScannedJobs> {
  const values = [prefix, places[list], score, passed, step];
  const answer = await redis.eval(script, 1, `${prefix}${list}`, ...values);
  const [read, scores, raw] = answer as [number, string[], RawFacts[]];
  const isOver = read < step;
  const last = scores.at(-1) ?? score;
  const alike = scores.length - scores.findIndex((one) => one === last);
  const next =
    jobLists[list].type === "list"
      ? { list, score, passed: passed + read - overlap }
      : { list, score: last, passed: last === score ? passed + read : alike };
  return { jobs: raw.map(parseFacts), read, next: isOver ? undefined : next };
}
