import type { Desks } from "../jobs/desk.ts";
import { type EndedSecond, type EndedSeconds, readEndedJobs } from "./ended-jobs.ts";

/** As `readEndedJobs`, of all queues together. */
export async function readAllEnded(
  desks: Desks,
  fromMs: number,
  untilMs: number,
): Promise<EndedSeconds> {
  const ended = await Promise.all(
    [...desks.values()].map(({ ask }) =>
      ask((queue, redis) => readEndedJobs(queue, redis, fromMs, untilMs)),
    ),
  );
  const all: EndedSeconds = new Map();
  for (const [second, jobs] of ended.flatMap((seconds) => [...seconds])) {
    all.set(second, all.has(second) ? addSeconds(all.get(second), jobs) : jobs);
  }
  return all;
}

/** What is not known of one queue is not known of all. */
function addSeconds(
  a: EndedSecond | undefined,
  b: EndedSecond | undefined,
): EndedSecond | undefined {
  if (a === undefined || b === undefined) return undefined;
  return {
    succeeded: a.succeeded + b.succeeded,
    failed: a.failed + b.failed,
    sample: [...a.sample, ...b.sample],
  };
}
