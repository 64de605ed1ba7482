import type { ParameterizedContext } from "koa";
import { bulkActions, type BulkAction, bulkLimits } from "../../../contract/actions.ts";
import { formatJobFilter, type JobFilter } from "../../../contract/job-filter.ts";
import { consolePaths } from "../../../contract/paths.ts";
import { stopBulk } from "../../../queue/bulk-leases.ts";
import { type BulkRun, listLatestBulks, readBulk, startBulk } from "../../../queue/bulk-records.ts";
import { isJobId } from "../../../queue/job-id.ts";
import type { JobIndex } from "../../explorer/job-index.ts";
import { RequestError } from "../../http/errors.ts";
import { type Desk, type Desks, firstDesk } from "../../jobs/desk.ts";
import type { ConsoleState } from "../login.ts";
import type { ConsoleContext, ConsoleRoute } from "../route.ts";
import { createConsoleSite } from "../site.ts";
import { leadTo } from "../told-once.ts";
import { wantsPage } from "../wants-page.ts";
import type { AuditTrail } from "./audit-trail.ts";
import { bulkNames, tellRun } from "./bulk-json.ts";
import { renderBulkList } from "./bulk-list-page.ts";
import { type BulkOrderPage, renderBulkOrder, renderBulkRun } from "./bulk-pages.ts";
import { bulkOperations } from "./bulk-operations.ts";
import { bulkOrder, readOrderedFilter, readShownFilter } from "./bulk-order.ts";
import type { BulkRunner } from "./bulk-runner.ts";
import { readActor, readBody, readReason } from "./order.ts";

export interface BulkRoutesDeps {
  readonly desks: Desks;
  readonly index: Pick<JobIndex, "ids" | "standing">;
  readonly bulks: Pick<BulkRunner, "wake">;
  /** Whether operators can only look. */
  readonly readOnly: boolean;
}

const bases = [consolePaths.actions, consolePaths.api.actions];

/** Has operators act on all jobs that match, and follow how far that is. */
export function createBulkRoutes(
  { desks, index, bulks, readOnly }: BulkRoutesDeps,
  audit: Pick<AuditTrail, "record">,
): readonly ConsoleRoute[] {
  const home: Desk["ask"] = (call) => firstDesk(desks).ask(call);
  /** The jobs that match and are in a state for it, with the filter that names them whenever it is read. */
  const find = async (action: BulkAction, asked: JobFilter) => {
    const filter = narrow(action, asked);
    if ((await index.standing()).phase !== "following") {
      throw new RequestError(
        503,
        "the index of jobs is being read, expected it whole: try again soon",
        {
          retryAfterSeconds: 2,
        },
      );
    }
    const jobs = await index.ids(filter, bulkLimits.jobs + 1);
    return { filter: formatJobFilter(filter).toString(), jobs };
  };

  const confirmOrder = async (
    ctx: ParameterizedContext<ConsoleState>,
    asked: Pick<BulkOrderPage, "action" | "filter" | "jobs" | "confirmed">,
  ) => {
    ctx.set("Cache-Control", "no-store");
    ctx.body = await renderBulkOrder({
      ...asked,
      mayAct: ctx.state.operator.role === "operator" && !readOnly,
      site: createConsoleSite(ctx.state.operator),
    });
    ctx.type = "html";
  };

  const list = async (ctx: ConsoleContext) => {
    const runs = await home(listLatestBulks);
    ctx.set("Cache-Control", "no-store");
    if (!wantsPage(ctx)) {
      ctx.body = { runs: runs.map(tellRun) };
      return;
    }
    ctx.body = await renderBulkList(runs, {
      isHeld: readOnly,
      site: createConsoleSite(ctx.state.operator),
    });
    ctx.type = "html";
  };

  const confirm = async (ctx: ConsoleContext) => {
    const parameters = new URLSearchParams(ctx.URL.searchParams);
    const action = readAction(parameters.get("action"));
    parameters.delete("action");
    const { filter, jobs } = await find(action, readShownFilter(parameters));
    await confirmOrder(ctx, { action, filter, jobs: jobs.length });
  };

  const start = async (ctx: ConsoleContext) => {
    const order = bulkOrder.safeParse(await readBody(ctx));
    if (!order.success) {
      throw new RequestError(
        422,
        `the order makes no sense, expected "action", one of ${bulkNames.join(", ")}, ` +
          '"filter", parameters of /jobs or "" for all jobs, and, if you like, "reason", and "jobs", how many match at most',
      );
    }
    const reason = readReason(order.data.reason);
    const { action } = order.data;
    const { filter, jobs } = await find(action, readOrderedFilter(order.data.filter));
    const actor = readActor(ctx);
    const deed = { on: "jobs", target: filter, action, reason } as const;
    const { jobs: confirmed } = order.data;
    const isMore = confirmed !== undefined && jobs.length > confirmed;
    const started = audit.record(
      actor,
      deed,
      async () => {
        if (isMore) {
          throw new RequestError(
            409,
            `${jobs.length} jobs match now, expected ${confirmed} at most, as were confirmed`,
          );
        }
        if (jobs.length === 0) throw new RequestError(409, "no job matches, expected one at least");
        if (jobs.length > bulkLimits.jobs) {
          throw new RequestError(
            409,
            `more than ${bulkLimits.jobs} jobs match, expected as many at most: narrow the filter`,
          );
        }
        return home((queue, redis) =>
          startBulk(queue, redis, { action, filter, reason, by: actor.name, jobs }),
        );
      },
      (run) => ({ outcome: "done", detail: `jobs: ${jobs.length}, in the run ${run}` }),
    );
    if (isMore && wantsPage(ctx)) {
      await started.catch(keepUnlessRefused);
      await confirmOrder(ctx, { action, filter, jobs: jobs.length, confirmed });
      ctx.status = 409;
      return;
    }
    const id = await started;
    bulks.wake();
    if (wantsPage(ctx)) {
      leadTo(ctx, `${consolePaths.actions}/${id}`, `jobs.${action}`);
    } else {
      ctx.set("Cache-Control", "no-store");
      ctx.status = 202;
      ctx.body = tellRun(await findRun(id));
    }
  };

  const findRun = async (id: string | undefined): Promise<BulkRun> => {
    // Anything else could be the key of what a run keeps besides.
    const run = isJobId(id ?? "")
      ? await home((queue, redis) => readBulk(queue, redis, id ?? ""))
      : undefined;
    if (run === undefined) {
      throw new RequestError(404, `there is no run "${id}", or it is no longer kept`);
    }
    return run;
  };

  const show = async (ctx: ConsoleContext) => {
    const run = await findRun(ctx.params["id"]);
    ctx.set("Cache-Control", "no-store");
    if (!wantsPage(ctx)) {
      ctx.body = tellRun(run);
      return;
    }
    ctx.body = await renderBulkRun(run, {
      mayAct: ctx.state.operator.role === "operator" && !readOnly,
      isHeld: readOnly,
      site: createConsoleSite(ctx.state.operator),
    });
    ctx.type = "html";
  };

  const stop = async (ctx: ConsoleContext) => {
    const { id, filter } = await findRun(ctx.params["id"]);
    await audit.record(readActor(ctx), { on: "jobs", target: filter, action: "stop" }, async () => {
      if (await home((queue, redis) => stopBulk(queue, redis, id))) return;
      throw new RequestError(409, `the run "${id}" is over, expected one that goes on`);
    });
    bulks.wake();
    if (wantsPage(ctx)) {
      leadTo(ctx, `${consolePaths.actions}/${id}`, "jobs.stop");
    } else {
      ctx.set("Cache-Control", "no-store");
      ctx.body = tellRun(await findRun(id));
    }
  };
  return [
    { method: "GET", paths: bases, handle: list, operation: bulkOperations.list },
    { method: "GET", paths: [`${consolePaths.actions}/new`], handle: confirm },
    { method: "POST", paths: bases, handle: start, operation: bulkOperations.start },
    {
      method: "GET",
      paths: bases.map((base) => `${base}/:id`),
      handle: show,
      operation: bulkOperations.show,
    },
    {
      method: "POST",
      paths: bases.map((base) => `${base}/:id/stop`),
      handle: stop,
      operation: bulkOperations.stop,
    },
  ];
}

/** A refusal is told by a page of its own. */
function keepUnlessRefused(error: unknown): void {
  if (!(error instanceof RequestError)) throw error;
}

function readAction(text: string | null): BulkAction {
  const known = bulkNames.find((name) => name === text);
  if (known !== undefined) return known;
  throw new RequestError(422, `"action" is "${text}", expected one of: ${bulkNames.join(", ")}`);
}

/** Of all states, those that a job can be in for it. */
function narrow(action: BulkAction, filter: JobFilter): JobFilter {
  const possible = bulkActions[action];
  const states = (filter.states ?? possible).filter((state) =>
    possible.some((one) => one === state),
  );
  if (states.length > 0) return { ...filter, states };
  throw new RequestError(
    422,
    `no job that is ${filter.states?.join(" or ")} can be told to "${action}", expected: ${possible.join(", ")}`,
  );
}
