import Router from "@koa/router";
import { z } from "zod";
import { boardPaths } from "../../contract/paths.ts";
import { logFields } from "../../contract/telemetry.ts";
import { longestDelayMs } from "../../contract/start-time.ts";
import { clientOf } from "../../service/client-address.ts";
import { extractContext } from "../../telemetry/spans.ts";
import type { Log } from "../../telemetry/log.ts";
import { readJson } from "../http/body.ts";
import type { Tasks } from "../../task/registry.ts";
import { createPointer, RequestError } from "../http/errors.ts";
import type { Jobs } from "../jobs/jobs.ts";
import { clientOfName } from "../jobs/submitters.ts";
import type { ConsoleState } from "./login.ts";

export interface BoardAddDeps {
  readonly submit: Jobs["submit"];
  readonly tasks: Tasks;
  /** The name of a task's queue. */
  readonly queueOf: (task: string) => string;
  readonly log: Log;
}

/** As Bull Board's page sends it. */
const bodySchema = z.object({
  name: z.string(),
  data: z.record(z.string(), z.unknown()),
  options: z.strictObject({ delay: z.int().min(0).max(longestDelayMs).optional() }).default({}),
});

/**
 * Takes the jobs that operators add in Bull Board as any other: by the schema of their task, with an
 * id, a queue and attempts as it says. Bull Board itself would store whatever it is sent.
 */
export function createBoardAddRouter(deps: BoardAddDeps): Router<ConsoleState> {
  const { submit, tasks, queueOf, log } = deps;
  const router = new Router<ConsoleState>();
  router.post(`${boardPaths.api}/queues/:queueName/add`, async function addJob(ctx) {
    const { name, data, options } = parseBody(await readJson(ctx));
    const { queueName } = ctx.params;
    if (tasks.has(name) && queueOf(name) !== queueName) {
      throw new RequestError(
        422,
        `jobs of "${name}" wait in the queue "${queueOf(name)}", not in "${queueName}": add it there`,
      );
    }
    const { operator } = ctx.state;
    const { job } = await submit({
      task: name,
      input: data,
      ...(options.delay !== undefined && { start: { delayMs: options.delay } }),
      idempotencyKey: undefined,
      client: clientOfName(operator.name),
      submitter: operator.name,
      source: "api",
      context: extractContext({}),
      pointer: "/data",
    });
    ctx.body = { job: { id: job.id, name: job.task, data: job.input }, status: job.status };
    log.info(
      { [logFields.jobId]: job.id, user: operator.name, client: clientOf(ctx.ip) },
      "an operator added a job",
    );
  });
  return router;
}

function parseBody(body: unknown): z.infer<typeof bodySchema> {
  const parsed = bodySchema.safeParse(body);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${createPointer(path) || "the body"}: ${message}`,
  );
  throw new RequestError(
    422,
    `cannot add that: ${problems.join("; ")}; expected a task's "name", its input as "data", and ` +
      'in "options" a "delay" in ms at most: the task\'s file says the rest',
  );
}
