import Router from "@koa/router";
import { createBullBoard } from "@bull-board/api";
import { BullMQAdapter } from "@bull-board/api/bullMQAdapter";
import { KoaAdapter } from "@bull-board/koa";
import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import Koa from "koa";
import { paths } from "../../contract/paths.ts";
import { answerWordless } from "../../service/wordless.ts";
import { logKoaErrors } from "../../telemetry/koa-errors.ts";
import { lineOf } from "../../telemetry/line-limits.ts";
import type { Log } from "../../telemetry/log.ts";
import { hasRetryAfter, isClientError } from "../http/error-responses.ts";
import { UnavailableError } from "../http/errors.ts";
import { type CancelRouteDeps, createCancelRouter } from "./cancel.ts";
import { login } from "./login.ts";
import { isJobId } from "../../queue/job-id.ts";
import { createScheduleRouter, type ScheduleRoutesDeps } from "./schedules.ts";
import { ownFilesOnly } from "./own-files.ts";
import { sameOrigin } from "../http/same-origin.ts";
import { securityHeaders } from "../http/security-headers.ts";
import { registerAssets } from "../pages/assets.ts";
import { createWorkerRouter, type WorkerRoutesDeps } from "./workers.ts";

export interface BoardDeps extends ScheduleRoutesDeps, CancelRouteDeps, WorkerRoutesDeps {
  readonly queues: readonly Queue[];
  readonly redis: Redis;
  readonly user: string;
  readonly readPassword: () => string;
  readonly readOnly: boolean;
  readonly trustProxy: boolean;
  readonly log: Log;
}

/** The admin listener: Bull Board, behind the login, at its root. */
export function createBoardApp(deps: BoardDeps): Koa {
  const { queues, redis, readOnly, publicUrl, trustProxy, log } = deps;
  const adapter = new KoaAdapter();
  createBullBoard({
    queues: queues.map(
      (queue) =>
        new BullMQAdapter(queue, {
          readOnlyMode: readOnly,
          ...(publicUrl !== undefined && { externalJobUrl: createPageLink(publicUrl) }),
        }),
    ),
    serverAdapter: adapter,
    options: { uiConfig: { boardTitle: "Tripod" } },
  });

  const app = new Koa({ proxy: trustProxy, maxIpsCount: 1 });
  logKoaErrors(app, log);
  app.use(securityHeaders("board"));
  app.use(answerWordless());
  app.use(async function leaveUnlisted(ctx, next) {
    ctx.set("X-Robots-Tag", "noindex");
    await next();
  });
  app.use(async function answerErrors(ctx, next) {
    try {
      await next();
    } catch (error) {
      const told = isClientError(error) || error instanceof UnavailableError;
      if (!told) log.error({ err: error, ...lineOf("board_failed") }, "Bull Board failed");
      ctx.status = told ? error.status : 500;
      ctx.body = told ? error.message : "something went wrong here; it has been logged";
      if (hasRetryAfter(error)) ctx.set("Retry-After", String(error.retryAfterSeconds));
    }
  });
  // Browsers send the login along with another site's forms, and Bull Board's adapter takes those;
  // what it guesses itself must not use up its visitor's guesses.
  app.use(sameOrigin({ takesForms: () => true }));
  app.use(login(deps));
  app.use(async function requireRedis(_, next) {
    if (redis.status !== "ready") throw new UnavailableError("not_ready");
    await next();
  });
  app.use(createScheduleRouter(deps).routes());
  app.use(createCancelRouter(deps).routes());
  app.use(createWorkerRouter(deps).routes());
  const files = new Router();
  registerAssets(files);
  app.use(files.routes());
  app.use(ownFilesOnly());
  app.use(adapter.registerPlugin());
  return app;
}

/** Where a job has its page; the queue's own heartbeats have none, but are part of the overview. */
function createPageLink(publicUrl: string) {
  return ({ id }: { readonly id?: string | number | null | undefined }) =>
    isJobId(String(id))
      ? { displayText: "Status page", href: `${publicUrl}${paths.jobs}/${id}` }
      : { displayText: "Overview", href: `${publicUrl}${paths.overview}` };
}
