import Router from "@koa/router";
import type { Redis } from "ioredis";
import Koa from "koa";
import { boardPaths } from "../../contract/paths.ts";
import { answerWordless } from "../../service/wordless.ts";
import { logKoaErrors } from "../../telemetry/koa-errors.ts";
import { lineOf } from "../../telemetry/line-limits.ts";
import type { Log } from "../../telemetry/log.ts";
import { hasRetryAfter, isClientError } from "../http/error-responses.ts";
import { RequestError, UnavailableError } from "../http/errors.ts";
import { registerAssets } from "../pages/assets.ts";
import { type BoardAddDeps, createBoardAddRouter } from "./board-add.ts";
import { guardBoard } from "./board-guard.ts";
import { type BullBoardOptions, createBoard } from "./bull-board.ts";
import { type CancelRouteDeps, createCancelRouter } from "./cancel.ts";
import { createAccounts } from "./accounts.ts";
import { type ConsoleState, requireLogin } from "./login.ts";
import { createPasswordCheck } from "./password-check.ts";
import { requireRights } from "./rights.ts";
import { createSessions } from "./sessions.ts";
import { createSignInRouter } from "./sign-in.ts";
import { createUsers } from "./users.ts";
import type { Broker } from "../jobs/broker.ts";
import { createHomeRouter } from "./home.ts";
import { createJobPagesRouter, type JobPagesDeps } from "./job-pages.ts";
import { createScheduleRouter, type ScheduleRoutesDeps } from "./schedules.ts";
import { ownFilesOnly } from "./own-files.ts";
import { sameOrigin } from "../http/same-origin.ts";
import { securityHeaders } from "../http/security-headers.ts";
import { createWorkerRouter, type WorkerRoutesDeps } from "./workers.ts";

export interface BoardDeps
  extends
    ScheduleRoutesDeps,
    CancelRouteDeps,
    JobPagesDeps,
    WorkerRoutesDeps,
    BoardAddDeps,
    BullBoardOptions,
    Broker {
  readonly redis: Redis;
  /** The administrator. */
  readonly user: string;
  readonly readPassword: () => string;
  /** Of those beside the administrator; none if not given. */
  readonly usersFile: string | undefined;
  readonly trustProxy: boolean;
  readonly log: Log;
}

/** The operators' listener: the console's pages and, below its own path, Bull Board; behind the login. */
export function createBoardApp(deps: BoardDeps): Koa {
  const { redis, trustProxy, log } = deps;
  const accounts = createAccounts({ ...deps, findUser: createUsers(deps.usersFile, log) });
  const sessions = createSessions({ ...deps, accounts });
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
  app.use(async function answerErrors(ctx, next) {
    try {
      await next();
    } catch (error) {
      const told = isClientError(error) || error instanceof UnavailableError;
      if (!told) log.error({ err: error, ...lineOf("board_failed") }, "Bull Board failed");
      ctx.status = told ? error.status : 500;
      const message = told ? error.message : "something went wrong here; it has been logged";
      ctx.body = isOfBoard(ctx.path) ? wordForBoard(message, error) : message;
      if (hasRetryAfter(error)) ctx.set("Retry-After", String(error.retryAfterSeconds));
    }
  });
  // Browsers send the login along with another site's forms, and Bull Board's adapter takes those;
  // what it guesses itself must not use up its visitor's guesses.
  app.use(sameOrigin({ takesForms: () => true }));
  const files = new Router();
  registerAssets(files);
  app.use(files.routes());
  const passwords = createPasswordCheck(accounts, log);
  app.use(createSignInRouter({ passwords, sessions }).routes());
  app.use(requireLogin({ passwords, sessions }));
  app.use(requireRights(deps));
  app.use(createHomeRouter().routes());
  app.use(async function requireRedis(_, next) {
    if (redis.status !== "ready") throw new UnavailableError("not_ready");
    await next();
  });
  app.use(createScheduleRouter(deps).routes());
  app.use(createJobPagesRouter(deps).routes());
  app.use(createCancelRouter(deps).routes());
  app.use(createWorkerRouter(deps).routes());
  const guard = guardBoard();
  app.use((ctx, next) => (isOfBoard(ctx.path) ? guard(ctx, next) : next()));
  app.use(createBoardAddRouter(deps).routes());
  app.use(ownFilesOnly());
  app.use(createBoard(deps));
  return app;
}

/** As Bull Board's page shows it: a title, and what there is to know. */
function wordForBoard(message: string, error: unknown): object {
  const { errors } = error instanceof RequestError ? error : { errors: [] };
  const details = errors.map(({ pointer, detail }) => `${pointer}: ${detail}`);
  return { error: message, ...(details.length > 0 && { message: details.join("; ") }) };
}

function isOfBoard(path: string): boolean {
  return path === boardPaths.root || path.startsWith(`${boardPaths.root}/`);
}
