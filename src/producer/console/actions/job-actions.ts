import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { z } from "zod";
import { consolePaths } from "../../../contract/paths.ts";
import { promoteJob, removeJob, retryJob } from "../../../queue/job-moves.ts";
import { extractContext } from "../../../telemetry/spans.ts";
import { describeComponent } from "../../http/components.ts";
import { RequestError } from "../../http/errors.ts";
import { json, problem, refer } from "../../http/operation.ts";
import { jobComponents } from "../../jobs/described-job.ts";
import { type Desks, findDesk } from "../../jobs/desk.ts";
import { isFinal, type JobStatus } from "../../jobs/job-status.ts";
import type { Jobs } from "../../jobs/jobs.ts";
import { type Action, actOf, type Done } from "./action.ts";

export interface JobActionDeps {
  readonly jobs: Pick<Jobs, "find" | "cancel" | "outdate">;
  readonly desks: Desks;
}

const unmoved = problem("The job is not where it can be done; the detail says where it is.");

const deletedJob = z
  .object({ id: z.string(), task: z.string(), deleted: z.literal(true) })
  .meta({ description: "A job that was deleted." });

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
      words: {
        summary: "Have a job that has ended run again.",
        description:
          "It waits again, with all attempts of its task before it, and its history goes on.",
        components: jobComponents,
        responses: { 200: json("The job waits again.", refer("Job")), 409: unmoved },
      },
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
      words: {
        summary: "Cancel a job.",
        description:
          "A job that waits ends at once, as failed; of one that runs, the task is told to stop.",
        components: jobComponents,
        responses: {
          200: json("The job has ended, now or before, because it was cancelled.", refer("Job")),
          202: json("The job runs, and its worker is told.", refer("Job")),
          409: problem("The job has ended by itself."),
        },
      },
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
      words: {
        summary: "Have a job start at once that waits for its time.",
        description: "It joins the line of its priority.",
        components: jobComponents,
        responses: { 200: json("The job waits for a worker.", refer("Job")), 409: unmoved },
      },
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
      words: {
        summary: "Delete a job that does not run.",
        description: "All that is kept of it goes for good, but for what the audit has.",
        components: describeComponent("DeletedJob", deletedJob),
        responses: { 200: json("The job is gone.", refer("DeletedJob")), 409: unmoved },
      },
      async perform({ target: id }) {
        const { task } = await move(
          id,
          (queue, redis) => removeJob(queue, redis, id),
          (answer) =>
            answer === "working"
              ? `the job "${id}" is working, expected one that does not run: cancel it first`
              : `the job "${id}" cannot be deleted: another one waits for it`,
        );
        const body: z.infer<typeof deletedJob> = { id, task, deleted: true };
        return { body, page: `${consolePaths.audit}?target=${id}` };
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
