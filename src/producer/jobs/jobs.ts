import type { PassThrough } from "node:stream";
import type { QueueEvents } from "bullmq";
import { isJobId } from "../../queue/job-id.ts";
import type { QueueState } from "../../queue/state.ts";
import { RequestError } from "../http/errors.ts";
import { type JobStatus, readJobStatus, summarizeJob } from "./job-status.ts";
import { createJobLinks, type JobLinks, type LinkTargets } from "./links.ts";
import { readRecentJobs } from "./recent-jobs.ts";
import { share } from "./remembered.ts";
import { openStatusStreams } from "./status-streams.ts";
import { type Receipt, submit, type Submission, type SubmitDeps } from "./submission.ts";

/** Everything that a client can do with jobs. */
export interface Jobs {
  /** Throws as `submit` does. */
  submit(submission: Submission): Promise<Receipt>;
  /** The job's status; throws a 404 `RequestError` when there is none. */
  find(id: string | undefined): Promise<JobStatus>;
  /** The latest jobs, newest first. */
  recent(): Promise<readonly JobStatus[]>;
  /** A stream of server-sent events that follows the job to its end. */
  watch(job: JobStatus): PassThrough;
  /** Where else a job can be seen. */
  linksTo(job: JobStatus): JobLinks;
  /** Ends the streams. */
  close(): void;
}

export interface JobsDeps extends SubmitDeps {
  readonly events: QueueEvents;
  readonly readState: () => Promise<QueueState>;
  readonly linkTargets: LinkTargets;
}

/** The jobs of one queue; they must be closed. */
export function openJobs({ events, readState, linkTargets, ...deps }: JobsDeps): Jobs {
  const { broker, tasks } = deps;
  const read = (id: string) =>
    broker.ask((queue, redis) => readJobStatus({ queue, redis, state: readState }, id));
  const streams = openStatusStreams(events, read);
  const readRecent = share(() => broker.ask((queue) => readRecentJobs(queue)));
  return {
    submit: (submission) => submit(deps, submission),
    async find(id) {
      const status = id !== undefined && isJobId(id) ? await read(id) : undefined;
      if (status === undefined) {
        throw new RequestError(404, `there is no job "${id}", or it is no longer kept`);
      }
      return status;
    },
    async recent() {
      const found = await readRecent();
      // Not the queue's own heartbeats.
      return found
        .filter(({ job }) => tasks.has(job.name))
        .map(({ job, state }) => summarizeJob(job, state));
    },
    watch: (job) => streams.open(job),
    linksTo: (job) => createJobLinks(linkTargets, job),
    close: () => streams.close(),
  };
}
