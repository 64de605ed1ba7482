import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { consolePaths } from "../../../contract/paths.ts";
import { promoteJob, removeJob, retryJob } from "../../../queue/job-moves.ts";
import { extractContext } from "../../../telemetry/spans.ts";
import { RequestError } from "../../http/errors.ts";
import { type Desks, findDesk } from "../../jobs/desk.ts";
import { isFinal, type JobStatus } from "../../jobs/job-status.ts";
import type { Jobs } from "../../jobs/jobs.ts";
import { type Action, actOf, type Done } from "./action.ts";

export interface JobActionDeps {
  readonly jobs: Pick<Jobs, "find" | "cancel" | "outdate">;
  readonly desks: Desks;
}

/** What operators can do with a job. */
export function createJobActions({ jobs, desks }: JobActionDeps): readonly Action[] {
  /** Finds the job, and moves it where it is; refuses by how it stands then. */
  const move = async <Answer extends string>(
    id: string,
    script: (queue: Queue, redis: Redis) => Promise<Answer | "done">,
    refuse: (answer: Answer, job: JobStatus) => string,
  ): Promise<JobStatus> => {
    const found = await jobs.find(id);
    const answer = await findDesk(desks, found.queue).ask(script);
    // Its event may come after the next request.
    jobs.outdate(id);
    if (answer === "done") return found;
    throw new RequestError(409, refuse(answer, await jobs.find(id)));
  };
  const tell = async (id: string, status?: number): Promise<Done> => {
    const job = await jobs.find(id);
    return { body: job, page: job.links.page, ...(status !== undefined && { status }) };
  };
  return [
    {
      on: "job",
      name: "retry",
      async perform(order) {
        const { target: id, evenIfSucceeded } = order;
        const act = actOf("retry", order);
        await move(
          id,
          (queue, redis) => retryJob(queue, redis, { id, act, evenIfSucceeded }),
          (answer, job) => sayUnretried(answer, job),
        );
        return tell(id);
      },
    },
    {
      on: "job",
      name: "cancel",
      async perform(order) {
        const job = await jobs.cancel(order.target, {
          client: undefined,
          context: extractContext({}),
          act: actOf("cancel", order),
        });
        return { body: job, status: isFinal(job) ? 200 : 202, page: job.links.page };
      },
    },
    {
      on: "job",
      name: "promote",
      async perform(order) {
        const { target: id } = order;
        const act = actOf("promote", order);
        await move(
          id,
          (queue, redis) => promoteJob(queue, redis, { id, act }),
          (_, job) => `the job "${id}" is ${job.status}, expected one that waits for its time`,
        );
        return tell(id);
      },
    },
    {
      on: "job",
      name: "delete",
      async perform({ target: id }) {
        const { task } = await move(
          id,
          (queue, redis) => removeJob(queue, redis, id),
          (answer) =>
            answer === "working"
              ? `the job "${id}" is working, expected one that does not run: cancel it first`
              : `the job "${id}" cannot be deleted: another one waits for it`,
        );
        return { body: { id, task, deleted: true }, page: `${consolePaths.audit}?target=${id}` };
      },
    },
  ];
}

function sayUnretried(
  answer: Exclude<Awaited<ReturnType<typeof retryJob>>, "done">,
  { id, status }: JobStatus,
): string {
  switch (answer) {
    case "succeeded":
      return (
        `the job "${id}" has succeeded, expected one that has failed; ` +
        'with "evenIfSucceeded" it runs again all the same, and its result is lost'
      );
    case "damaged":
      return `what Redis holds of the job "${id}" is damaged, expected a task and an input`;
    case "child":
      return `the job "${id}" belongs to another one, which waits for it: retry it in Bull Board`;
    case "held":
      return `another job with the unique key of "${id}" has not ended, expected none`;
    case "unended":
    case "moved":
    case "gone":
      return `the job "${id}" is ${status}, expected one that has ended`;
  }
}
