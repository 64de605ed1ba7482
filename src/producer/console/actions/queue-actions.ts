import { consolePaths } from "../../../contract/paths.ts";
import { pauseQueue, resumeQueue } from "../../../queue/pause.ts";
import { RequestError } from "../../http/errors.ts";
import type { Desk, Desks } from "../../jobs/desk.ts";
import { readQueueStanding, tellQueue } from "../queue-standing.ts";
import type { Action, Done } from "./action.ts";

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
