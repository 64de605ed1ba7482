import Router from "@koa/router";
import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { consolePaths } from "../../contract/paths.ts";
import { readWorkers } from "../../queue/workers.ts";
import { securityHeaders } from "../http/security-headers.ts";
import type { Desks } from "../jobs/desk.ts";
import { tellWorker } from "./worker-json.ts";
import { renderWorkersPage } from "./workers-page.ts";

export interface WorkerRoutesDeps {
  readonly desks: Desks;
  /** Where the jobs' own pages are; without it they are looked at in Bull Board. */
  readonly publicUrl: string | undefined;
}

/** What operators see of the workers: a page, or JSON for programs. */
export function createWorkerRouter({ desks, publicUrl }: WorkerRoutesDeps): Router {
  const ask = askHome(desks);
  const router = new Router({ sensitive: true });
  // The page is one of ours, of which forms are sent, and no page of Bull Board's.
  router.use(consolePaths.workers, securityHeaders("pages"));
  router.get(consolePaths.workers, async function listWorkers(ctx) {
    ctx.set("Cache-Control", "no-store");
    ctx.vary("Accept");
    const workers = await ask(readWorkers);
    if (ctx.accepts("json", "html") === "html") {
      ctx.type = "html";
      ctx.body = await renderWorkersPage(workers, { publicUrl });
    } else {
      ctx.body = workers.map(tellWorker);
    }
  });
  return router;
}

/** All workers report below the first of the deployment's queues. */
function askHome(desks: Desks) {
  const [home] = desks.values();
  if (home === undefined) throw new Error("expected at least one queue");
  return <T>(call: (queue: Queue, redis: Redis) => Promise<T>) => home.ask(call);
}
