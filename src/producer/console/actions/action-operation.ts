import { describeComponent } from "../../http/components.ts";
import {
  type Answer,
  type Operation,
  type Parameter,
  problem,
  refer,
} from "../../http/operation.ts";
import { jobId, noJob } from "../../jobs/described-job.ts";
import type { Action } from "./action.ts";
import { orderBody } from "./order.ts";

/** What may be wrong with a body. */
export const unfitBody = {
  400: problem("The body is no usable JSON."),
  413: problem("The body is too large."),
  415: problem("The body is not application/json."),
};

const inPath = { name: "id", in: "path", required: true } as const;
const name = { type: "string", minLength: 1 };

/** What each action is done to: which one, what is told where there is none, and what it is called. */
const targets = {
  job: { tag: "jobs", noun: "Job", id: jobId, none: noJob },
  queue: {
    tag: "queues",
    noun: "Queue",
    id: { ...inPath, description: "The queue's name.", schema: name },
    none: problem("There is no such queue."),
  },
  schedule: {
    tag: "schedules",
    noun: "Schedule",
    id: { ...inPath, description: "The schedule's key.", schema: name },
    none: problem("There is no such schedule, or no worker has named it yet."),
  },
  worker: {
    tag: "workers",
    noun: "Worker",
    id: { ...inPath, description: "The worker's id.", schema: name },
    none: problem("There is no such worker, or it has long been silent."),
  },
} as const satisfies Record<
  Action["on"],
  {
    readonly tag: Operation["tags"][number];
    readonly noun: string;
    readonly id: Parameter;
    readonly none: Answer;
  }
>;

/** What the OpenAPI document says of an action. */
export function describeAction({ on, name: verb, words }: Action): Operation {
  const { tag, noun, id, none } = targets[on];
  return {
    operationId: `${verb}${noun}`,
    tags: [tag],
    summary: words.summary,
    description: words.description,
    parameters: [id],
    requestBody: {
      content: {
        "application/json": { schema: refer("Order"), example: { reason: "the database is back" } },
      },
    },
    components: { ...words.components, ...describeComponent("Order", orderBody, "input") },
    responses: {
      ...unfitBody,
      404: none,
      422: problem("The order makes no sense; the detail says what was expected."),
      ...words.responses,
    },
  };
}
