import { auditLimits } from "../../../contract/actions.ts";
import { type Operation, json, problem, refer } from "../../http/operation.ts";
import { referHeaders } from "../../http/response-headers.ts";
import { jobComponents, jobId, noJob } from "../../jobs/described-job.ts";
import { choices, keyHeader } from "../../jobs/task-schemas.ts";
import { unfitBody } from "./action-operation.ts";

/** Makes a new job from an older one. */
export const resubmitJob: Operation = {
  operationId: "resubmitJob",
  tags: ["jobs"],
  summary: "Make a new job from an older one.",
  description:
    "With the older one's input, or another one for the same task. The new job is the operator's " +
    "own, and each of the two tells of the other: whoever submitted the older one can read the new " +
    "one, its input included.",
  parameters: [jobId, keyHeader],
  requestBody: {
    content: {
      "application/json": { schema: refer("Resubmission"), example: { reason: "y was zero" } },
    },
  },
  components: {
    ...jobComponents,
    Resubmission: {
      description: "What of the new job is to differ. All of it may be left out.",
      type: "object",
      additionalProperties: false,
      properties: {
        input: {
          description: "As the job's task takes it; the older job's if not given.",
          type: "object",
          additionalProperties: true,
        },
        reason: { type: "string", maxLength: auditLimits.reason },
        ...choices,
      },
    },
  },
  responses: {
    ...unfitBody,
    400: problem("The body is no usable JSON, or the Idempotency-Key is none."),
    202: json(
      "The new job is queued, or was before, by this Idempotency-Key or as the one unfinished job of its input.",
      refer("Job"),
      { headers: referHeaders("Idempotency-Replayed") },
    ),
    404: noJob,
    409: problem(
      "The older job's task is not known any more, its input is damaged, another job has the unique key of the input, or the Idempotency-Key was used for something else.",
    ),
    422: problem(
      "The input does not fit the task, or something else is not usable; errors say where.",
    ),
    429: problem(
      "Of kind too_many_unfinished, too many jobs of this operator have not ended; or too many wrong passwords or tokens came from this address. See Retry-After.",
    ),
  },
};
