import { z } from "zod";
import { paths } from "../../contract/topology.ts";
import type { Tasks } from "../../task/registry.ts";
import { unavailability } from "./errors.ts";
import { inputSchema } from "../pages/fields.ts";
import { keyPattern } from "../../queue/job-id.ts";
import { jobStatus } from "../jobs/job-status.ts";
import { overviewSnapshot } from "../overview/snapshot.ts";

const problem = {
  type: "object",
  required: ["type", "title", "status", "detail"],
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string" },
    kind: { enum: Object.keys(unavailability), description: "Only with 503." },
    errors: {
      type: "array",
      items: {
        type: "object",
        required: ["pointer", "detail"],
        properties: { pointer: { type: "string" }, detail: { type: "string" } },
      },
    },
  },
};

const job = { content: { "application/json": { schema: { $ref: "#/components/schemas/Job" } } } };
const failed = (description: string) => ({
  description,
  content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
});
/** A schema of server-sent events has no standard place in OpenAPI 3.1. */
const stream = (description: string, data: object) => ({
  description,
  content: { "text/event-stream": { schema: { type: "string", "x-event-data": data } } },
});
const id = { name: "id", in: "path", required: true, schema: { type: "string" } };
const reading = {
  404: failed("No such job, or its retention is over."),
  503: failed("The queue cannot be read now."),
};

/** The API as an OpenAPI 3.1 document; the tasks' own schemas are part of it. */
export function createOpenApi(tasks: Tasks): object {
  const submissions = [...tasks].map(([name, task]) => ({
    title: task.title,
    description: task.description,
    type: "object",
    required: ["task", "input"],
    additionalProperties: false,
    properties: { task: { const: name }, input: withoutDialect(inputSchema(task)) },
  }));
  return {
    openapi: "3.1.0",
    info: { title: "Tripod task queue", version: "1" },
    paths: {
      [paths.api]: {
        post: {
          operationId: "submitTask",
          summary: "Queue a task. An id answered with 202 is durable.",
          parameters: [
            {
              name: "Idempotency-Key",
              in: "header",
              description: "Sent again with the same input, it yields the same job.",
              schema: { type: "string", pattern: keyPattern.source },
            },
          ],
          requestBody: {
            required: true,
            content: { "application/json": { schema: { oneOf: submissions } } },
          },
          responses: {
            202: { description: "The job is queued.", ...job },
            400: failed("The body is no usable JSON."),
            403: failed("A browser sent it for another site."),
            409: failed("The Idempotency-Key was used with another input."),
            413: failed("The body is too large."),
            415: failed("The body is not application/json."),
            422: failed("The input does not fit the task; errors say where."),
            429: failed("Too many submissions; see Retry-After."),
            503: failed("The queue cannot take it now; kind says whether it may have."),
          },
        },
      },
      [`${paths.api}/{id}`]: {
        get: {
          operationId: "getTask",
          summary: "How a job stands.",
          parameters: [id],
          responses: { 200: { description: "The job.", ...job }, ...reading },
        },
      },
      [`${paths.api}/{id}/events`]: {
        get: {
          operationId: "watchTask",
          summary: "The job's status, pushed as server-sent events until it is final.",
          parameters: [id],
          responses: {
            200: stream("Events named status whose data is a Job.", {
              $ref: "#/components/schemas/Job",
            }),
            429: failed("Too many streams of this client are open; see Retry-After."),
            ...reading,
          },
        },
      },
      [paths.overviewEvents]: {
        get: {
          operationId: "watchQueue",
          summary: "The queue as a whole, pushed as server-sent events once a second.",
          parameters: [
            {
              name: "Last-Event-ID",
              in: "header",
              description: "Sends of the last ten minutes only what is newer than this event.",
              schema: { type: "string" },
            },
          ],
          responses: {
            200: stream("Events named snapshots whose data is a list of OverviewSnapshot.", {
              type: "array",
              items: { $ref: "#/components/schemas/OverviewSnapshot" },
            }),
            429: failed("Too many streams of this client are open; see Retry-After."),
            503: failed("Too many watch already; see Retry-After."),
          },
        },
      },
    },
    components: {
      schemas: {
        Job: withoutDialect(z.toJSONSchema(jobStatus)),
        OverviewSnapshot: withoutDialect(z.toJSONSchema(overviewSnapshot)),
        Problem: problem,
      },
    },
  };
}

function withoutDialect(schema: z.core.JSONSchema.BaseSchema): object {
  return { ...schema, $schema: undefined };
}
