import Router from "@koa/router";
import type { Redis } from "ioredis";
import Koa from "koa";
import { answerWordless } from "../../service/wordless.ts";
import { logKoaErrors } from "../../telemetry/koa-errors.ts";
import type { Log } from "../../telemetry/log.ts";
import { UnavailableError } from "../http/errors.ts";
import { registerAssets } from "../pages/assets.ts";
import { type BoardAddDeps, createBoardAddRouter } from "./board-add.ts";
import { guardBoard } from "./board-guard.ts";
import { answerErrors, isOfBoard } from "./error-answers.ts";
import { type BullBoardOptions, createBoard } from "./bull-board.ts";
import type { Credentials } from "../access/credentials.ts";
import { createActionRoutes } from "./actions/action-routes.ts";
import { createAuditRoute } from "./actions/audit-route.ts";
import { createAuditTrail } from "./actions/audit-trail.ts";
import { type BulkRoutesDeps, createBulkRoutes } from "./actions/bulk-routes.ts";
import { createJobActions, type JobActionDeps } from "./actions/job-actions.ts";
import { keepUnreadForm } from "./actions/kept-form.ts";
import { createResubmitRoutes } from "./actions/resubmit-routes.ts";
import { createQueueActions } from "./actions/queue-actions.ts";
import { createScheduleActions, type ScheduleActionDeps } from "./actions/schedule-actions.ts";
import { createWorkerActions } from "./actions/worker-actions.ts";
import { type ConsoleState, requireLogin } from "./login.ts";
import { requireRights } from "./rights.ts";
import { consoleCookie } from "./session-cookie.ts";
import { createSessions } from "./sessions.ts";
import { createSignInRouter } from "./sign-in.ts";
import type { Broker } from "../jobs/broker.ts";
import { createHomeRouter } from "./home.ts";
import { createJobRoutes, type JobPagesDeps } from "./job-pages.ts";
import { createDescription } from "./openapi.ts";
import { createQueueRoute } from "./queues.ts";
import { createConsoleRouter } from "./route.ts";
import { createScheduleRoute, type ScheduleRoutesDeps } from "./schedules.ts";
import { ownFilesOnly } from "./own-files.ts";
import { sameOrigin } from "../http/same-origin.ts";
import { securityHeaders } from "../http/security-headers.ts";
import { createExplorerRoutes, type ExplorerRoutesDeps } from "./explorer/routes.ts";
import { tellOnce } from "./told-once.ts";
import { createWorkerRoute, type WorkerRoutesDeps } from "./workers.ts";

export interface BoardDeps
  extends
    ScheduleRoutesDeps,
    ScheduleActionDeps,
    JobPagesDeps,
    JobActionDeps,
    Omit<BulkRoutesDeps, "index">,
    WorkerRoutesDeps,
    ExplorerRoutesDeps,
    BoardAddDeps,
    BullBoardOptions,
    Broker {
  readonly redis: Redis;
  readonly credentials: Credentials;
  readonly jobs: JobPagesDeps["jobs"] & JobActionDeps["jobs"];
  readonly trustProxy: boolean;
  readonly log: Log;
}

/** The operators' listener: the console's pages and, below its own path, Bull Board; behind the login. */
export function createBoardApp(deps: BoardDeps): Koa {
  const { redis, trustProxy, log, credentials } = deps;
  const { accounts, passwords, tokens } = credentials;
  const sessions = createSessions({ ...deps, accounts, listener: "console" });
  const app = new Koa<ConsoleState>({ proxy: trustProxy, maxIpsCount: 1 });
  logKoaErrors(app, log);
  const ofPages = securityHeaders("pages");
  const ofBoard = securityHeaders("board");
  app.use((ctx, next) => (isOfBoard(ctx.path) ? ofBoard : ofPages)(ctx, next));
  app.use(answerWordless());
  app.use(async function leaveUnlisted(ctx, next) {
    ctx.set("X-Robots-Tag", "noindex");
    await next();
  });
  app.use(answerErrors({ log, sessions }));
  // Browsers send the login along with another site's forms, and Bull Board's adapter takes those;
  // what it guesses itself must not use up its visitor's guesses.
  app.use(sameOrigin({ takesForms: () => true }));
  const files = new Router();
  registerAssets(files);
  app.use(files.routes());
  const about = "Sign in to see and act on every job.";
  const signIn = createSignInRouter({ passwords, sessions, cookie: consoleCookie, about });
  app.use(signIn.routes());
  app.use(keepUnreadForm());
  app.use(requireLogin({ passwords, tokens, sessions }));
  app.use(requireRights(deps));
  app.use(tellOnce());
  const audit = createAuditTrail(deps);
  const actions = [
    ...createJobActions(deps),
    ...createQueueActions(deps),
    ...createScheduleActions(deps),
    ...createWorkerActions(deps),
  ];
  const routes = [
    createAuditRoute(audit),
    createQueueRoute(deps),
    createScheduleRoute(deps),
    ...createExplorerRoutes(deps),
    ...createJobRoutes(deps),
    createWorkerRoute(deps),
    ...createResubmitRoutes(deps, audit),
    ...createActionRoutes(actions, audit),
    ...createBulkRoutes(deps, audit),
  ];
  app.use(createHomeRouter().routes());
  app.use(createConsoleRouter([createDescription(routes)]).routes());
  app.use(async function requireRedis(_, next) {
    if (redis.status !== "ready") throw new UnavailableError("not_ready");
    await next();
  });
  app.use(createConsoleRouter(routes).routes());
  const guard = guardBoard(audit);
  app.use((ctx, next) => (isOfBoard(ctx.path) ? guard(ctx, next) : next()));
  app.use(createBoardAddRouter(deps).routes());
  app.use(ownFilesOnly());
  app.use(createBoard(deps));
  return app;
}
