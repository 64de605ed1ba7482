import Router from "@koa/router";
import { consolePaths } from "../../contract/paths.ts";
import type { Desks } from "../jobs/desk.ts";
import type { ConsoleState } from "./login.ts";
import { readSchedulesOf, tellSchedule } from "./schedule-json.ts";
import { renderSchedulesPage } from "./schedules-page.ts";
import { createConsoleSite } from "./site.ts";
import { wantsPage } from "./wants-page.ts";

export interface ScheduleRoutesDeps {
  readonly desks: Desks;
  /** Whether operators can only look. */
  readonly readOnly: boolean;
}

/** What operators see of the schedules, as a page or as JSON for programs. */
export function createScheduleRouter({
  desks,
  readOnly,
}: ScheduleRoutesDeps): Router<ConsoleState> {
  const router = new Router<ConsoleState>({ sensitive: true });
  router.get(consolePaths.schedules, async function listAll(ctx) {
    ctx.set("Cache-Control", "no-store");
    const found = await Promise.all(
      [...desks.values()].map(async (desk) =>
        (await readSchedulesOf(desk)).map((schedule) => tellSchedule(desk.name, schedule)),
      ),
    );
    const told = found.flat().toSorted((a, b) => (a.key < b.key ? -1 : 1));
    if (!wantsPage(ctx)) {
      ctx.body = told;
      return;
    }
    const { operator } = ctx.state;
    ctx.body = await renderSchedulesPage(told, {
      mayAct: operator.role === "operator" && !readOnly,
      site: createConsoleSite(operator),
    });
    ctx.type = "html";
  });
  return router;
}
