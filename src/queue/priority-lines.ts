import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { priorities, type Priority } from "../contract/job-policy.ts";
import { readAnswers } from "./answers.ts";

/** BullMQ's score of a prioritized job is its priority times this, plus its turn among its like. */
const turns = 2 ** 32;

/** The priorities of jobs that are not in the plain list, from the first to the last that is taken. */
const prioritized = (Object.entries(priorities) as [Priority, number][])
  .filter(([, value]) => value > 0)
  .toSorted(([, a], [, b]) => a - b);

/** A line in the set of prioritized jobs: its scores, as Redis takes them. */
interface Line {
  readonly min: string;
  readonly max: string;
}

/** One for each priority; together they have every score, so that a job with another number is in one, too. */
const lines = prioritized.map(([, value], i): Line => {
  const before = prioritized[i - 1];
  const isLast = i === prioritized.length - 1;
  return {
    min: before === undefined ? "-inf" : String(endOf(before[1])),
    max: isLast ? "+inf" : `(${endOf(value)}`,
  };
});

function endOf(value: number): number {
  return (value + 1) * turns;
}

/** What a number of BullMQ's, which anybody may have stored, means here. */
export function priorityOf(value: unknown): Priority {
  if (typeof value !== "number" || !(value > 0)) return "high";
  return (prioritized.find(([, own]) => value <= own) ?? prioritized.at(-1))?.[0] ?? "high";
}

/**
 * Ids of prioritized jobs, so many of each priority: those that are taken next, or those that came
 * last. Costs Redis the same however many wait.
 */
export async function readLineEnds(
  queue: Queue,
  redis: Redis,
  end: "next" | "last",
  count: number,
): Promise<string[][]> {
  const key = queue.toKey("prioritized");
  const reading = redis.pipeline();
  for (const { min, max } of lines) {
    if (end === "next") reading.zrangebyscore(key, min, max, "LIMIT", 0, count);
    else reading.zrevrangebyscore(key, max, min, "LIMIT", 0, count);
  }
  return (await readAnswers(reading)) as string[][];
}

/** How many prioritized jobs are taken before the one with that score. */
export async function countBefore(queue: Queue, redis: Redis, score: string): Promise<number> {
  return redis.zcount(queue.toKey("prioritized"), "-inf", `(${score}`);
}
