import { z } from "zod";
import { type FilterState, filterStates } from "../../../contract/job-filter.ts";
import { failureClass as knownClass } from "../../jobs/failure-class.ts";
import type { FailureGroup, IndexedJob, IndexStanding } from "../../explorer/job-index.ts";

const time = z.iso.datetime();
const seconds = z.number();

/** Null is what is not known, or not so yet. */
const listedJob = z
  .object({
    id: z.string(),
    queue: z.string(),
    task: z.string(),
    state: z.enum(Object.keys(filterStates) as [FilterState, ...FilterState[]]),
    created_at: time.nullable(),
    ready_at: time.nullable(),
    started_at: time.nullable(),
    ended_at: time.nullable(),
    waited_seconds: seconds.nullable(),
    ran_seconds: seconds.nullable(),
    attempts: z.int(),
    error_type: knownClass.nullable(),
    group: z.string().nullable().meta({ description: "The kind of its failure." }),
    submitter: z.string().nullable(),
    release: z.string().nullable(),
  })
  .meta({ id: "ListedJob", description: "A job as the index knows it." });

const toldGroup = z
  .object({
    group: z.string(),
    task: z.string(),
    error_type: knownClass,
    message: z.string().meta({ description: "With # for what differs from job to job." }),
    count: z.int(),
    first_at: time.nullable(),
    last_at: time.nullable(),
    buckets: z
      .array(z.int())
      .meta({ description: "In equal parts of the time from `from` to `to`." }),
    from: time.nullable(),
    to: time.nullable(),
    releases: z.array(z.string()),
  })
  .meta({ id: "FailureGroup", description: "Jobs that have failed alike." });

const toldStanding = z
  .object({
    phase: z.enum(["starting", "scanning", "following", "lost"]),
    jobs: z.int(),
    scanned: z.object({ read: z.int(), total: z.int() }).nullable(),
    lag_seconds: seconds.nullable(),
    omitted_before: time.nullable().meta({
      description: "Jobs that ended before are left out, as there are too many.",
    }),
  })
  .meta({ id: "IndexStanding", description: "How far the index of jobs is behind." });

const page = z.string().nullable();

/** What programs are told of jobs that match. */
export const toldJobs = z
  .object({
    jobs: z.array(listedJob),
    counts: z.record(listedJob.shape.state, z.int()).meta({
      description:
        "How many match in each state, whatever states the filter names; `text` does not narrow them.",
    }),
    previous: page.meta({ description: "The query of the page before, if there is one." }),
    next: page.meta({ description: "That of the page after, or of where a search goes on." }),
    read: z.int().optional().meta({ description: "Of a search by a text: jobs read so far." }),
    total: z.int().optional().meta({ description: "Jobs that there are to be read." }),
    index: toldStanding,
  })
  .meta({ description: "A page of jobs." });

/** What programs are told of failures that match. */
export const toldFailures = z
  .object({ groups: z.array(toldGroup), index: toldStanding })
  .meta({ description: "Kinds of failures, the largest first." });

/** A job of the index as programs are told of it. */
export function tellJob(job: IndexedJob): z.infer<typeof listedJob> {
  return {
    id: job.id,
    queue: job.queue,
    task: job.task,
    state: job.state,
    created_at: isoOf(job.createdAt),
    ready_at: isoOf(job.readyAt),
    started_at: isoOf(job.startedAt),
    ended_at: isoOf(job.endedAt),
    waited_seconds: secondsOf(job.waitedMs),
    ran_seconds: secondsOf(job.ranMs),
    attempts: job.attempts,
    error_type: job.failureClass ?? null,
    group: job.group ?? null,
    submitter: job.submitter ?? null,
    release: job.release ?? null,
  };
}

/** A kind of failure as programs are told of it. */
export function tellGroup(found: FailureGroup): z.infer<typeof toldGroup> {
  const { group, task, failureClass, message, count, firstAt, lastAt } = found;
  return {
    group,
    task,
    error_type: failureClass,
    message,
    count,
    first_at: isoOf(firstAt),
    last_at: isoOf(lastAt),
    buckets: [...found.buckets],
    from: isoOf(found.fromMs),
    to: isoOf(found.toMs),
    releases: [...found.releases],
  };
}

/** How far the index is behind, as programs are told of it. */
export function tellStanding(standing: IndexStanding): z.infer<typeof toldStanding> {
  const { phase, jobs, scanned, lagMs, omittedBefore } = standing;
  return {
    phase,
    jobs,
    scanned: scanned ?? null,
    lag_seconds: secondsOf(lagMs),
    omitted_before: isoOf(omittedBefore),
  };
}

function isoOf(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}

function secondsOf(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.round(ms) / 1_000;
}
