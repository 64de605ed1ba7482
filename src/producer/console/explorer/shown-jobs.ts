import { parseFailure } from "../../../queue/failure-text.ts";
import { readStarts } from "../../../queue/record-starts.ts";
import type { IndexedJob } from "../../explorer/job-index.ts";
import { type Desks, findDesk } from "../../jobs/desk.ts";
import { brief, isWhole, listedFields, readInput, showOutcome } from "../../jobs/recent-jobs.ts";

/** A job as a row shows it: what the index knows of it, and what its record says now. */
export interface ShownJob extends IndexedJob {
  /** Its input in one line, or the start of it. */
  readonly input: string;
  /** The start of its result, or why it failed; nothing before it has ended. */
  readonly outcome: string;
}

/** Reads what the rows of a page show beside what is indexed; those that are gone meanwhile are left out. */
export async function readShownJobs(
  desks: Desks,
  jobs: readonly IndexedJob[],
): Promise<ShownJob[]> {
  const queues = [...new Set(jobs.map(({ queue }) => queue))];
  const starts = new Map(
    (
      await Promise.all(
        queues.map(async (name) => {
          const ids = jobs.filter(({ queue }) => queue === name).map(({ id }) => id);
          const read = await findDesk(desks, name).ask((queue, redis) =>
            readStarts(queue, redis, ids, listedFields),
          );
          return ids.map((id, i) => [keyOf(name, id), read[i] ?? []] as const);
        }),
      )
    ).flat(),
  );
  return jobs.flatMap((job) => {
    const [name, data, returnvalue, failedReason] = starts.get(keyOf(job.queue, job.id)) ?? [];
    if (name == null) return [];
    const outcome =
      job.state === "failed"
        ? brief(parseFailure(failedReason ?? "").reason)
        : job.state === "succeeded"
          ? showOutcome("completed", returnvalue ?? "", "")
          : "";
    return [{ ...job, input: showInput(data ?? ""), outcome }];
  });
}

function showInput(data: string): string {
  const fields = Object.entries(readInput(data)).map(
    ([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return `${fields.join(" ")}${isWhole(data) ? "" : "…"}`;
}

function keyOf(queue: string, id: string): string {
  return `${queue} ${id}`;
}
