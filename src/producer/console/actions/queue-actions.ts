import { consolePaths } from "../../../contract/paths.ts";
import { pauseQueue, resumeQueue } from "../../../queue/pause.ts";
import { describeComponent } from "../../http/components.ts";
import { RequestError } from "../../http/errors.ts";
import { json, problem, refer } from "../../http/operation.ts";
import type { Desk, Desks } from "../../jobs/desk.ts";
import { readQueueStanding, tellQueue, toldQueue } from "../queue-standing.ts";
import type { Action, Done } from "./action.ts";

const queueComponents = describeComponent("Queue", toldQueue);

/** How operators hold the jobs of a queue back, and let them start again. */
export function createQueueActions({ desks }: { readonly desks: Desks }): readonly Action[] {
  const find = (name: string): Desk => {
    const desk = desks.get(name);
    if (desk !== undefined) return desk;
    const known = [...desks.keys()].join(", ");
    throw new RequestError(404, `there is no queue "${name}", expected one of: ${known}`);
  };
  return [
    {
      on: "queue",
      name: "pause",
      words: {
        summary: "Pause a queue.",
        description:
          "What runs ends, and nothing starts until it is resumed. The overview tells the reason to whoever may see it.",
        components: queueComponents,
        responses: {
          200: json("The queue is paused.", refer("Queue")),
          409: problem("It is paused already."),
        },
      },
      async perform({ target, actor, reason }) {
        const desk = find(target);
        const by = { by: actor.name, reason };
        if (!(await desk.ask((queue, redis) => pauseQueue(queue, redis, by)))) {
          throw new RequestError(409, `the queue "${target}" is paused, expected one that is not`);
        }
        return tell(desk);
      },
    },
    {
      on: "queue",
      name: "resume",
      words: {
        summary: "Resume a queue.",
        description: "Its jobs start again, in their order.",
        components: queueComponents,
        responses: {
          200: json("The queue goes on.", refer("Queue")),
          409: problem("It is not paused."),
        },
      },
      async perform({ target }) {
        const desk = find(target);
        if (!(await desk.ask(resumeQueue))) {
          throw new RequestError(409, `the queue "${target}" is not paused, expected one that is`);
        }
        return tell(desk);
      },
    },
  ];
}

async function tell(desk: Desk): Promise<Done> {
  return { body: tellQueue(await readQueueStanding(desk)), page: consolePaths.queues };
}
