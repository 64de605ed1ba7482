import { consolePaths } from "../../contract/paths.ts";
import type { Desks } from "../jobs/desk.ts";
import { describeComponent } from "../http/components.ts";
import { json, refer } from "../http/operation.ts";
import type { ConsoleContext, ConsoleRoute } from "./route.ts";
import { readSchedulesOf, tellSchedule, toldSchedule } from "./schedule-json.ts";
import { renderSchedulesPage } from "./schedules-page.ts";
import { createConsoleSite } from "./site.ts";
import { wantsPage } from "./wants-page.ts";

export interface ScheduleRoutesDeps {
  readonly desks: Desks;
  /** Whether operators can only look. */
  readonly readOnly: boolean;
}

/** What operators see of the schedules, as a page or as JSON for programs. */
export function createScheduleRoute({ desks, readOnly }: ScheduleRoutesDeps): ConsoleRoute {
  const listAll = async (ctx: ConsoleContext) => {
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
  };
  return {
    method: "GET",
    paths: [consolePaths.schedules, consolePaths.api.schedules],
    handle: listAll,
    operation: {
      operationId: "listSchedules",
      tags: ["schedules"],
      summary: "All schedules.",
      description: "When each runs next, and what its last slot submitted. Times are Redis'.",
      parameters: [],
      components: describeComponent("Schedule", toldSchedule),
      responses: {
        200: json("The schedules, by key.", { type: "array", items: refer("Schedule") }),
      },
    },
  };
}
