import { bulkActions, bulkLimits } from "../../../contract/actions.ts";
import { describeComponent } from "../../http/components.ts";
import { json, type Operation, type Parameter, problem, refer } from "../../http/operation.ts";
import { jobId } from "../../jobs/described-job.ts";
import { unfitBody } from "./action-operation.ts";
import { toldRun, toldRuns } from "./bulk-json.ts";
import { bulkOrder } from "./bulk-order.ts";

const runComponents = describeComponent("Run", toldRun);
const runId: Parameter = { ...jobId, description: "The run's id, as its order was answered with." };
const noRun = problem("There is no such run, or it is no longer kept.");
const ofItsId = { parameters: { id: "$response.body#/id" } };

const states = Object.entries(bulkActions)
  .map(([action, possible]) => `\`${action}\` for ${possible.join(", ")}`)
  .join("; ");

/** What the OpenAPI document says of actions on many jobs. */
export const bulkOperations = {
  list: {
    operationId: "listRuns",
    tags: ["actions"],
    summary: "The latest actions on many jobs.",
    description: `The latest ${bulkLimits.listed} of the last ${bulkLimits.keptDays} days.`,
    parameters: [],
    components: describeComponent("RunList", toldRuns),
    responses: { 200: json("The latest first.", refer("RunList")) },
  },
  start: {
    operationId: "startRun",
    tags: ["actions"],
    summary: "Act on all jobs that match.",
    description: `On ${bulkLimits.jobs} at most, which are chosen now. Of all states that match, those are meant in which it can be done: ${states}.`,
    parameters: [],
    requestBody: {
      required: true,
      content: {
        "application/json": {
          schema: refer("BulkOrder"),
          example: { action: "retry", filter: "state=failed", reason: "the database is back" },
        },
      },
    },
    components: { ...runComponents, ...describeComponent("BulkOrder", bulkOrder, "input") },
    responses: {
      ...unfitBody,
      202: json("The run has begun.", refer("Run"), {
        links: {
          read: { operationId: "getRun", ...ofItsId, description: "How far it is." },
          stop: { operationId: "stopRun", ...ofItsId, description: "End it." },
        },
      }),
      409: problem("No job matches, or too many do, or more than were confirmed."),
      422: problem("The order or its filter makes no sense; the detail says what was expected."),
    },
  },
  show: {
    operationId: "getRun",
    tags: ["actions"],
    summary: "How far an action on many jobs is.",
    description: "With what was refused or has failed, and why.",
    parameters: [runId],
    components: runComponents,
    responses: { 200: json("The run.", refer("Run")), 404: noRun },
  },
  stop: {
    operationId: "stopRun",
    tags: ["actions"],
    summary: "Stop an action on many jobs.",
    description: "What it has not begun is left alone.",
    parameters: [runId],
    components: runComponents,
    responses: {
      200: json("The run has stopped, or is about to.", refer("Run")),
      404: noRun,
      409: problem("It is over."),
    },
  },
} as const satisfies Readonly<Record<string, Operation>>;
