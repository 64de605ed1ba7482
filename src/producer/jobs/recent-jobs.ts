import type { Job, Queue } from "bullmq";

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
  return [...latest.values()].toSorted((a, b) => b.job.timestamp - a.job.timestamp).slice(0, shown);
}
