import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { readRecordAnswers } from "./answers.ts";
import { entryFields, parseEntry } from "./attempt-entry.ts";
import type { StartedJob } from "./job-history.ts";
import { parseResubmissions, resubmissionsField } from "./resubmission.ts";
import { parseTime } from "./stored-time.ts";

/** BullMQ's own fields, and one of ours. */
const own = ["ats", "atm", "processedOn", "finishedOn", "pb", resubmissionsField] as const;

/** What is kept of a job's starts, but for what its record says already, and how often it was resubmitted. */
export interface StoredStarts extends Omit<StartedJob, "state" | "readyAt" | "failedReason"> {
  readonly resubmitted: number;
}

/** Reads what a job's hash says of its starts, at one moment, in one command. */
export async function readStoredStarts(
  queue: Queue,
  redis: Redis,
  id: string,
): Promise<StoredStarts> {
  const asked = redis.pipeline().hmget(queue.toKey(id), ...own, ...entryFields);
  const [answer] = await readRecordAnswers(asked);
  const values = Array.isArray(answer) ? (answer as (string | null)[]) : [];
  const [starts, ended, startedAt, finishedAt, worker, resubmitted] = values;
  return {
    starts: readCount(starts),
    ended: readCount(ended),
    startedAt: parseTime(startedAt),
    finishedAt: parseTime(finishedAt),
    resubmitted: parseResubmissions(resubmitted).count,
    worker: worker?.slice(0, 200).toWellFormed(),
    entries: values.slice(own.length).flatMap((value, i) => {
      const entry = value == null ? undefined : parseEntry(entryFields[i] ?? "", value);
      return entry === undefined ? [] : [entry];
    }),
  };
}

/** As BullMQ reads it where it makes sense; none where somebody has written something else. */
function readCount(count: string | null | undefined): number {
  return /^\d{1,15}$/.test(count ?? "") ? Number(count) : 0;
}
