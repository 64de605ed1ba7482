import Router from "@koa/router";
import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { ParameterizedContext } from "koa";
import { consolePaths } from "../../contract/paths.ts";
import { logFields } from "../../contract/telemetry.ts";
import { readStandings, type ScheduleStanding } from "../../queue/schedule-standings.ts";
import { pauseSchedule, resumeSchedule } from "../../queue/schedules.ts";
import { clientOf } from "../../service/client-address.ts";
import type { Tasks } from "../../task/registry.ts";
import { listSchedules } from "../../task/schedule.ts";
import { parseTimetable } from "../../task/timetable.ts";
import { extractContext } from "../../telemetry/spans.ts";
import type { Log } from "../../telemetry/log.ts";
import { RequestError } from "../http/errors.ts";
import type { Desk, Desks } from "../jobs/desk.ts";
import type { Jobs } from "../jobs/jobs.ts";
import type { ConsoleState } from "./login.ts";

export interface ScheduleRoutesDeps {
  readonly desks: Desks;
  readonly tasks: Tasks;
  readonly submit: Jobs["submit"];
  readonly log: Log;
}

const actions = ["run", "pause", "resume"] as const;
type Action = (typeof actions)[number];

/** What operators can do with schedules: list them, run one at once, pause it and resume it. */
export function createScheduleRouter(deps: ScheduleRoutesDeps): Router<ConsoleState> {
  const { desks } = deps;
  const router = new Router<ConsoleState>({ sensitive: true });
  router.get(consolePaths.schedules, async function listAll(ctx) {
    ctx.set("Cache-Control", "no-store");
    const found = await Promise.all(
      [...desks.values()].map(async (desk) =>
        (await readAll(desk)).map((schedule) => tell(desk.name, schedule)),
      ),
    );
    ctx.body = found.flat().toSorted((a, b) => (a.key < b.key ? -1 : 1));
  });
  router.post(`${consolePaths.schedules}/:key/:action`, async function act(ctx) {
    const { key = "", action } = ctx.params;
    const known = actions.find((one) => one === action);
    if (known === undefined) {
      throw new RequestError(
        404,
        `a schedule cannot "${action}", expected one of: ${actions.join(", ")}`,
      );
    }
    const holders = await findHolders(desks, key);
    ctx.body = await perform(deps, { ctx, holders, key, action: known });
    deps.log.info(
      {
        [logFields.schedule]: key,
        action,
        user: ctx.state.operator.name,
        client: clientOf(ctx.ip),
      },
      "an operator acted on a schedule",
    );
  });
  return router;
}

interface Act {
  readonly ctx: Pick<ParameterizedContext<ConsoleState>, "status" | "state">;
  /** Each queue that has it: two, while its task moves to another. */
  readonly holders: readonly Desk[];
  readonly key: string;
  readonly action: Action;
}

async function perform({ tasks, submit }: ScheduleRoutesDeps, { ctx, holders, key, action }: Act) {
  if (action === "run") {
    const schedule = [...tasks]
      .flatMap(([name, task]) => listSchedules(name, task))
      .find((one) => one.key === key);
    if (schedule === undefined) throw noSuchSchedule(key);
    const { job } = await submit({
      task: schedule.task,
      input: schedule.input,
      schedule: key,
      idempotencyKey: undefined,
      client: `schedule ${key}`,
      submitter: ctx.state.operator.name,
      source: "schedule",
      context: extractContext({}),
      pointer: "/input",
    });
    ctx.status = 202;
    return job;
  }
  const change = action === "pause" ? pauseSchedule : resumeSchedule;
  const told = await Promise.all(
    holders.map(async (desk) => {
      await desk.ask((queue, redis) => change(queue, redis, key));
      const changed = (await readAll(desk)).find((one) => one.key === key);
      return changed === undefined ? [] : [tell(desk.name, changed)];
    }),
  );
  const [first] = told.flat();
  if (first === undefined) throw noSuchSchedule(key);
  return first;
}

/** The queues that have the schedule; throws where none has. */
async function findHolders(desks: Desks, key: string): Promise<readonly Desk[]> {
  const found = await Promise.all(
    [...desks.values()].map(async (desk) =>
      (await readAll(desk)).some((schedule) => schedule.key === key) ? [desk] : [],
    ),
  );
  const holders = found.flat();
  if (holders.length === 0) throw noSuchSchedule(key);
  return holders;
}

function noSuchSchedule(key: string): RequestError {
  return new RequestError(404, `there is no schedule "${key}", or no worker has named it yet`);
}

function readAll({ ask }: Desk): Promise<ScheduleStanding[]> {
  return ask((queue: Queue, redis: Redis) => readStandings(queue, redis, parseTimetable));
}

function tell(queue: string, schedule: ScheduleStanding) {
  const { key, task, timetable, nextSlot, lateMs, lastRun, pausedSince } = schedule;
  return {
    key,
    task,
    queue,
    timetable: readJson(timetable),
    next_slot: isoOf(nextSlot),
    late_seconds: Math.round(lateMs) / 1_000,
    last_slot: isoOf(lastRun?.slot),
    last_job: lastRun?.jobId ?? null,
    paused_since: isoOf(pausedSince),
  };
}

/** Whoever wrote it into Redis: a worker writes JSON. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function isoOf(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
