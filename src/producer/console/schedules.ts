import Router from "@koa/router";
import { consolePaths } from "../../contract/paths.ts";
import type { Desks } from "../jobs/desk.ts";
import type { ConsoleState } from "./login.ts";
import { readSchedulesOf, tellSchedule } from "./schedule-json.ts";

export interface ScheduleRoutesDeps {
  readonly desks: Desks;
}

/** What operators see of the schedules. */
export function createScheduleRouter({ desks }: ScheduleRoutesDeps): Router<ConsoleState> {
  const router = new Router<ConsoleState>({ sensitive: true });
  router.get(consolePaths.schedules, async function listAll(ctx) {
    ctx.set("Cache-Control", "no-store");
    const found = await Promise.all(
      [...desks.values()].map(async (desk) =>
        (await readSchedulesOf(desk)).map((schedule) => tellSchedule(desk.name, schedule)),
      ),
    );
    ctx.body = found.flat().toSorted((a, b) => (a.key < b.key ? -1 : 1));
  });
  return router;
}
