import type Router from "@koa/router";
import { z } from "zod";
import { paths } from "../../contract/topology.ts";
import { readJson } from "../http/body.ts";
import type { Producer } from "../producer.ts";
import { RequestError } from "../http/errors.ts";
import { createOpenApi } from "../http/openapi.ts";
import type { TracedState } from "../http/request-telemetry.ts";
import { submit } from "./submission.ts";

const submissionBody = z.strictObject({
  task: z.string(),
  input: z.record(z.string(), z.unknown()),
});

/** The JSON API, as `/api/openapi.json` describes it. */
export function registerApi(router: Router<TracedState>, producer: Producer): void {
  const openapi = createOpenApi(producer.tasks);

  router.get(paths.openapi, (ctx) => {
    ctx.body = openapi;
  });

  router.post(paths.api, async (ctx) => {
    await producer.rateLimit.count(ctx, "too many submissions from here");
    const body = submissionBody.safeParse(await readJson(ctx));
    if (!body.success) {
      const errors = body.error.issues.map((issue) => ({
        pointer: issue.path.map((part) => `/${String(part)}`).join(""),
        detail: issue.message,
      }));
      throw new RequestError(422, 'expected {"task": "…", "input": {…}}', { errors });
    }
    const { job, replayed } = await submit(producer, {
      ...body.data,
      idempotencyKey: ctx.get("idempotency-key") || undefined,
      source: "api",
      context: ctx.state.trace,
      pointer: "/input",
    });
    ctx.status = 202;
    ctx.set("Location", job.links.self);
    if (replayed) ctx.set("Idempotency-Replayed", "true");
    ctx.body = job;
  });

  router.get(`${paths.api}/:id`, async (ctx) => {
    ctx.set("Cache-Control", "no-store");
    ctx.body = await producer.find(ctx.params["id"]);
  });

  router.get(`${paths.api}/:id/events`, async (ctx) => {
    const job = await producer.find(ctx.params["id"]);
    const stream = producer.streamQuota.open(ctx, () => producer.streams.open(job));
    ctx.set("Cache-Control", "no-store");
    ctx.set("X-Accel-Buffering", "no");
    ctx.type = "text/event-stream";
    ctx.body = stream;
  });
}
