import type { PassThrough } from "node:stream";
import type { Context } from "@opentelemetry/api";
import { isJobId } from "../../queue/job-id.ts";
import type { JobAct } from "../../queue/job-acts.ts";
import { readLog } from "../../queue/job-log.ts";
import { readResubmissions } from "../../queue/resubmission.ts";
import { RequestError } from "../http/errors.ts";
import { cancel, isCancelled, refuseEnded, refuseStranger } from "./cancellation.ts";
import { type Desks, findDesk } from "./desk.ts";
import { type JobLog, tellLog } from "./job-log.ts";
import { createJobOwners, type JobOwners } from "./job-owners.ts";
import { createJobSearch } from "./job-search.ts";
import { isFinal, type JobStatus } from "./job-status.ts";
import { createJobLinks, type JobLinks, type LinkTargets } from "./links.ts";
import { type RecentJob, readAllRecent } from "./recent-jobs.ts";
import { createReadGate } from "./read-gate.ts";
import { openRefusalLog } from "./refusal-log.ts";
import { noteMadeFrom } from "./resubmission.ts";
import { createStatusMemory } from "./status-memory.ts";
import { openStatusStreams } from "./status-streams.ts";
import { type Receipt, submit, type Submission, type SubmitDeps } from "./submission.ts";
import { createSubmitterCount } from "./submitters.ts";

/** What happens to a job, as the queue's events call it; `added` is followed by one of these. */
const moves = [
  "active",
  "completed",
  "delayed",
  "failed",
  "removed",
  "stalled",
  "waiting",
] as const;

/** Everything that a client can do with jobs. */
export interface Jobs {
  /** Throws as `submit` does. */
  submit(submission: Submission): Promise<Receipt>;
  /** The job's status; throws a 404 `RequestError` when there is none. */
  find(id: string | undefined): Promise<JobStatus>;
  /** Whose a job is; what is told of it to anybody does not say so. */
  readonly owners: JobOwners;
  /**
   * Whether this client may cancel the job. Whoever was told an id knows it: a stranger who could cancel
   * others' jobs could stop all work. So it is for the client that has submitted it, and nobody else.
   */
  mayCancel(job: JobStatus, client: string): Promise<boolean>;
  /**
   * Cancels the job and returns how it stands then: ended, or at its last attempt, which ends within
   * two seconds. `client` is undefined for an operator, who may cancel any and whose `act` the job
   * keeps; `context` is the request's trace. Throws as `find` does, an `UnavailableError` where
   * Redis does not take it, a 403 `RequestError` where the client may not, and a 409 one where the
   * job has ended otherwise.
   */
  cancel(
    id: string | undefined,
    by: { client: string | undefined; context: Context; act?: JobAct | undefined },
  ): Promise<JobStatus>;
  /** Has the job read anew when it is asked for next: somebody has moved it. */
  outdate(id: string): void;
  /** The same job with those that it was made from, and that were made from it, by `resubmit_of`. */
  tellResubmissions(job: JobStatus): Promise<JobStatus>;
  /** Its log, without the lines up to that number; throws as `find` does. */
  readLog(id: string | undefined, after?: number): Promise<JobLog>;
  /** Those of these jobs that are kept, the newest first. */
  recent(ids: readonly string[]): Promise<readonly RecentJob[]>;
  /** A stream of server-sent events that follows the job to its end. */
  watch(job: JobStatus): PassThrough;
  /** Where else a job can be seen. */
  linksTo(job: JobStatus): JobLinks;
  /** Ends the streams, and tells of the last refusals. */
  close(): void;
}

export interface JobsDeps extends Omit<SubmitDeps, "refusals" | "deskOf" | "countSubmitter"> {
  readonly desks: Desks;
  /** The name of a task's queue; of an unknown one, of any. */
  readonly queueOf: (task: string) => string;
  readonly linkTargets: LinkTargets;
  /** Whether clients are limited; where they are not, each may cancel what others have submitted. */
  readonly limited: boolean;
}

/** The jobs of all queues; they must be closed. */
export function openJobs({ desks, queueOf, linkTargets, limited, ...deps }: JobsDeps): Jobs {
  const { log } = deps;
  const deskOf = (task: string) => findDesk(desks, queueOf(task));
  const refusals = openRefusalLog(log);
  const gate = createReadGate();
  const search = createJobSearch(desks);
  const memory = createStatusMemory((id) => gate.pass(() => search(id)));
  const owners = createJobOwners({ desks, idSecret: deps.idSecret });
  const mayCancel = async (job: JobStatus, client: string) =>
    !limited || (await owners.isOf(job, client));
  const countSubmitter = createSubmitterCount(deps.metrics);
  const streams = openStatusStreams(memory);
  for (const { events } of desks.values()) {
    for (const move of moves) {
      events.on(move, ({ jobId }: { jobId: string }) => {
        memory.forget(jobId);
        streams.refresh(jobId);
      });
    }
  }
  const find = async (id: string | undefined) => {
    const status = id !== undefined && isJobId(id) ? await memory.find(id) : undefined;
    if (status === undefined) {
      throw new RequestError(404, `there is no job "${id}", or it is no longer kept`);
    }
    return status;
  };
  return {
    async submit(submission) {
      const receipt = await submit({ ...deps, deskOf, refusals, countSubmitter }, submission);
      // Its event may come after the client's next request.
      memory.forget(receipt.id);
      const { resubmits, client } = submission;
      if (resubmits !== undefined) {
        await noteMadeFrom({ desks, owners }, resubmits, { job: receipt.job, client });
        memory.forget(resubmits.job.id);
      }
      return receipt;
    },
    find,
    outdate: (id: string) => memory.forget(id),
    owners,
    mayCancel,
    async cancel(id, { client, context, act }) {
      const known = await find(id);
      const allowed = client === undefined || (await mayCancel(known, client));
      if (!allowed) throw refuseStranger(known);
      await cancel(deps, findDesk(desks, known.queue), { ...known, context, act });
      // Its event may come after the client's next request.
      memory.forget(known.id);
      const job = await find(known.id);
      if (isFinal(job) && !isCancelled(job)) throw refuseEnded(job);
      return job;
    },
    async tellResubmissions(job) {
      const of = await owners.resubmitOf(job);
      const as =
        job.resubmitted === undefined
          ? []
          : await gate.pass(() =>
              findDesk(desks, job.queue).ask((queue, redis) =>
                readResubmissions(queue, redis, job.id),
              ),
            );
      return {
        ...job,
        ...(of !== undefined && { resubmit_of: of }),
        ...(as.length > 0 && { resubmitted_as: [...as] }),
      };
    },
    async readLog(id, after) {
      const job = await find(id);
      const found = await gate.pass(() =>
        findDesk(desks, job.queue).ask((queue, redis) => readLog(queue, redis, job.id)),
      );
      return tellLog(job.id, found, after);
    },
    recent: (ids) => gate.pass(() => readAllRecent(desks, ids)),
    watch: (job) => streams.open(job),
    linksTo: (job) => createJobLinks(linkTargets, job),
    close() {
      streams.close();
      refusals.flush();
    },
  };
}
