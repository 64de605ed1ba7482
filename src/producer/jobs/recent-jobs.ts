import type { Job, Queue } from "bullmq";
import { parseTime } from "../../queue/stored-time.ts";

const shown = 15;
const states = ["active", "waiting", "delayed", "completed", "failed"] as const;

/** The latest jobs of any state, newest first. */
export async function readRecentJobs(
  queue: Queue,
): Promise<{ job: Job; state: (typeof states)[number] }[]> {
  const lists = await Promise.all(
    states.map(async (state) => {
      const jobs = await queue.getJobs([state], 0, shown - 1);
      return jobs.map((job) => ({ job, state }));
    }),
  );
  // A job that moved between two reads shows up twice; its later state is the truer one.
  const latest = new Map(lists.flat().map((entry) => [entry.job.id, entry]));
  return [...latest.values()]
    .toSorted((a, b) => createdAt(b.job) - createdAt(a.job))
    .slice(0, shown);
}

/** A job whose record does not say when it was made comes last. */
function createdAt({ timestamp }: Job): number {
  return parseTime(timestamp) ?? 0;
}
