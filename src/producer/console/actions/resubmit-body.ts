import { z } from "zod";
import { RequestError } from "../../http/errors.ts";
import { refuseTwoStarts, startOf } from "../../jobs/start-fields.ts";
import { parseBody, submissionFields } from "../../jobs/submission-body.ts";
import type { JobStatus } from "../../jobs/job-status.ts";
import type { Resubmission } from "./resubmission.ts";
import { readReason } from "./order.ts";

const { task: _, input, ...others } = submissionFields;

const schema = z
  .strictObject({ ...others, input: input.optional(), reason: z.string().optional() })
  .superRefine(refuseTwoStarts);

/**
 * What a program says of the job that is to be made from this one: its input is the older one's where
 * none is given. Throws a `RequestError` that says what of it is not usable.
 */
export function readResubmission(
  job: JobStatus,
  body: unknown,
): Pick<Resubmission, "input" | "start" | "callbackUrl" | "reason"> {
  const said = parseBody(
    schema,
    body,
    'expected {"input": {…}, "reason": "…", "runAt": "…", "delayMs": …, "callback_url": "…"} or a part of it',
  );
  if (said.input === undefined && job.record_error !== undefined) {
    throw new RequestError(
      409,
      `the input of the job "${job.id}" is damaged, expected another one`,
    );
  }
  return {
    input: said.input ?? job.input,
    start: startOf(said),
    callbackUrl: said.callback_url,
    reason: readReason(said.reason),
  };
}
