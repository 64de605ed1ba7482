import { consolePaths } from "../../../contract/paths.ts";
import { pauseSchedule, resumeSchedule } from "../../../queue/schedules.ts";
import type { Tasks } from "../../../task/registry.ts";
import { listSchedules } from "../../../task/schedule.ts";
import { extractContext } from "../../../telemetry/spans.ts";
import { describeComponent } from "../../http/components.ts";
import { RequestError } from "../../http/errors.ts";
import { json, problem, refer } from "../../http/operation.ts";
import { jobComponents } from "../../jobs/described-job.ts";
import type { Desk, Desks } from "../../jobs/desk.ts";
import type { Jobs } from "../../jobs/jobs.ts";
import { readSchedulesOf, tellSchedule, toldSchedule } from "../schedule-json.ts";
import type { Action } from "./action.ts";

export interface ScheduleActionDeps {
  readonly desks: Desks;
  readonly tasks: Tasks;
  readonly submit: Jobs["submit"];
}

/** What operators can do with a schedule. */
export function createScheduleActions(deps: ScheduleActionDeps): readonly Action[] {
  const { desks, tasks, submit } = deps;
  const run: Action = {
    on: "schedule",
    name: "run",
    words: {
      summary: "Run a schedule at once.",
      description: "Its job is submitted in the operator's name; that is no slot of the schedule.",
      components: jobComponents,
      responses: {
        202: json("The job is queued.", refer("Job")),
        422: problem("The order makes no sense, or the task takes the schedule's input no more."),
      },
    },
    async perform({ target: key, actor }) {
      await findHolders(desks, key);
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
        submitter: actor.name,
        source: "schedule",
        context: extractContext({}),
        pointer: "/input",
      });
      return { body: job, status: 202, page: job.links.page };
    },
  };
  const changes = {
    pause: [pauseSchedule, "Pause a schedule.", "No slot of it is run until it is resumed."],
    resume: [resumeSchedule, "Resume a schedule.", "What was due meanwhile was not missed."],
  } as const;
  const others = Object.entries(changes).map(([name, [change, ...says]]): Action => ({
    on: "schedule",
    name,
    words: {
      summary: says[0],
      description: `${says[1]} Asking twice is harmless.`,
      components: describeComponent("Schedule", toldSchedule),
      responses: { 200: json("The schedule.", refer("Schedule")) },
    },
    async perform({ target: key }) {
      const holders = await findHolders(desks, key);
      const told = await Promise.all(
        holders.map(async (desk) => {
          await desk.ask((queue, redis) => change(queue, redis, key));
          const changed = (await readSchedulesOf(desk)).find((one) => one.key === key);
          return changed === undefined ? [] : [tellSchedule(desk.name, changed)];
        }),
      );
      const [first] = told.flat();
      if (first === undefined) throw noSuchSchedule(key);
      return { body: first, page: consolePaths.schedules };
    },
  }));
  return [run, ...others];
}

/** Each queue that has the schedule, two while its task moves to another; throws where none has. */
async function findHolders(desks: Desks, key: string): Promise<readonly Desk[]> {
  const found = await Promise.all(
    [...desks.values()].map(async (desk) =>
      (await readSchedulesOf(desk)).some((schedule) => schedule.key === key) ? [desk] : [],
    ),
  );
  const holders = found.flat();
  if (holders.length === 0) throw noSuchSchedule(key);
  return holders;
}

function noSuchSchedule(key: string): RequestError {
  return new RequestError(404, `there is no schedule "${key}", or no worker has named it yet`);
}
