import { consolePaths, paths } from "../../contract/paths.ts";
import { readStacks } from "../../queue/attempt-stacks.ts";
import { readActs } from "../../queue/job-acts.ts";
import type { Tasks } from "../../task/registry.ts";
import { json, refer } from "../http/operation.ts";
import { jobComponents, jobId, noJob } from "../jobs/described-job.ts";
import { type Desks, findDesk } from "../jobs/desk.ts";
import type { Jobs } from "../jobs/jobs.ts";
import { actions } from "../pages/job-actions.ts";
import { renderJobPage } from "../pages/job-page.ts";
import { sendResult } from "../pages/job-result.ts";
import { offerEdit } from "../pages/resubmit-form.ts";
import { createTaskFields, createTaskWording } from "../pages/task-wording.ts";
import { renderActs, renderJobActions } from "./actions/job-deeds.ts";
import { placeOfEdit } from "./actions/resubmit-page.ts";
import type { ConsoleContext, ConsoleRoute } from "./route.ts";
import { createConsoleSite } from "./site.ts";

export interface JobPagesDeps {
  readonly jobs: Pick<Jobs, "find" | "linksTo" | "owners" | "readLog" | "tellResubmissions">;
  readonly desks: Desks;
  readonly tasks: Tasks;
  /** Where the public pages and the API are; without it nothing links there. */
  readonly publicUrl: string | undefined;
  /** Whether operators can only look. */
  readonly readOnly: boolean;
}

/** A job's page for operators: what its public page has, the stacks of its attempts, and who acted on it. */
export function createJobRoutes(deps: JobPagesDeps): readonly ConsoleRoute[] {
  const { jobs, desks, tasks, publicUrl, readOnly } = deps;
  const wording = createTaskWording(tasks, createTaskFields(tasks));
  const find = async (ctx: ConsoleContext) =>
    jobs.tellResubmissions(await jobs.find(ctx.params["id"]));
  const showJob = async (ctx: ConsoleContext) => {
    const { operator } = ctx.state;
    const job = await find(ctx);
    const hasFailed = job.history?.some(({ error_type: failure }) => failure !== undefined);
    ctx.set("Cache-Control", "no-store");
    const desk = findDesk(desks, job.queue);
    const mayAct = operator.role === "operator" && !readOnly;
    const edit = mayAct ? offerEdit(job, tasks.has(job.task), placeOfEdit(job.id)) : undefined;
    ctx.body = await renderJobPage(job, {
      links: jobs.linksTo(job),
      submitter: await jobs.owners.submitterOf(job),
      origin: { job: await jobs.owners.parentOf(job), schedules: consolePaths.schedules },
      title: wording.titleOf(job.task),
      labelOf: (field) => wording.labelOf(job.task, field),
      again: tasks.has(job.task) ? onPublic(publicUrl, `${paths.tasks}/${job.task}`) : undefined,
      json: onPublic(publicUrl, job.links.self),
      live: undefined,
      mayCancel: false,
      operators: {
        actions: renderJobActions(job, { mayAct, edit }),
        acts: renderActs(await desk.ask((queue, redis) => readActs(queue, redis, job.id))),
      },
      againKey: undefined,
      edit,
      log: job.logged === undefined ? undefined : await jobs.readLog(job.id),
      site: createConsoleSite(operator),
      ...(hasFailed === true && {
        stacks: await desk.ask((queue, redis) => readStacks(queue, redis, job.id)),
      }),
    });
    ctx.type = "html";
  };
  const tellJob = async (ctx: ConsoleContext) => {
    const job = await find(ctx);
    const submitter = await jobs.owners.submitterOf(job);
    ctx.set("Cache-Control", "no-store");
    ctx.body = submitter === undefined ? job : { ...job, submitter };
  };
  const path = `${consolePaths.jobs}/:id`;
  return [
    { method: "GET", paths: [path], handle: showJob },
    {
      method: "GET",
      paths: [`${path}/${actions.result}`],
      handle: async (ctx) => sendResult(ctx, await jobs.find(ctx.params["id"])),
    },
    {
      method: "GET",
      paths: [`${consolePaths.api.jobs}/:id`],
      handle: tellJob,
      operation: {
        operationId: "getJob",
        tags: ["jobs"],
        summary: "How a job stands.",
        description: "With its result, or why it failed, once it has ended, and who submitted it.",
        parameters: [jobId],
        components: jobComponents,
        responses: { 200: json("The job.", refer("Job")), 404: noJob },
      },
    },
  ];
}

function onPublic(publicUrl: string | undefined, path: string): string | undefined {
  return publicUrl === undefined ? undefined : `${publicUrl}${path}`;
}
