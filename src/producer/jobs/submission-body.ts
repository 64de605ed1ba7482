import { z } from "zod";
import { idPattern, keyPattern } from "../../queue/job-id.ts";
import { createPointer, RequestError } from "../http/errors.ts";
import { refuseTwoStarts, startFields, startOf, tellsStart } from "./start-fields.ts";
import type { Submission } from "./submission.ts";

/** What is said of any job, with its schemas. */
export const submissionFields = {
  task: z.string(),
  input: z.record(z.string(), z.unknown()),
  callback_url: z.string('expected an address, such as "https://example.com/jobs"').optional(),
  ...startFields,
};

const expectedId = "expected the id of a job, from whose input this one is made";

const submissionBody = z
  .strictObject({
    ...submissionFields,
    resubmit_of: z.string(expectedId).regex(idPattern, expectedId).optional(),
  })
  .superRefine(refuseTwoStarts);

const rowBody = z
  .strictObject({
    ...submissionFields,
    idempotency_key: z
      .string()
      .regex(keyPattern, "expected 1 to 128 printable ASCII characters without spaces")
      .optional(),
  })
  .superRefine(refuseTwoStarts);

type Said = Pick<Submission, "task" | "input" | "start"> & Partial<Pick<Submission, "callbackUrl">>;

/** What a client says of a job; throws a 422 `RequestError` that says what of it is not usable. */
export function readSubmission(value: unknown): {
  readonly said: Said;
  /** The id of the job that it is said to be made from. */
  readonly resubmitOf: string | undefined;
} {
  const {
    runAt,
    delayMs,
    callback_url: callbackUrl,
    resubmit_of: resubmitOf,
    ...said
  } = parseBody(submissionBody, value);
  return {
    said: { ...said, start: startOf({ runAt, delayMs }), ...callAt(callbackUrl) },
    resubmitOf,
  };
}

/** What a row of a batch says of a job, which may bring its own key; throws as `readSubmission` does. */
export function readRow(value: unknown): Said & Partial<Pick<Submission, "idempotencyKey">> {
  const {
    runAt,
    delayMs,
    callback_url: callbackUrl,
    idempotency_key: idempotencyKey,
    ...said
  } = parseBody(rowBody, value);
  return { ...said, start: startOf({ runAt, delayMs }), ...callAt(callbackUrl), idempotencyKey };
}

/** Not there where nothing is said: what a batch says holds then. */
function callAt(callbackUrl: string | undefined): Partial<Pick<Submission, "callbackUrl">> {
  return callbackUrl === undefined ? {} : { callbackUrl };
}

/**
 * What of a body is usable, where all is; throws a 422 `RequestError` that says where it is not, and
 * what was expected.
 */
export function parseBody<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  expected = 'expected {"task": "…", "input": {…}}',
): z.output<Schema> {
  const body = schema.safeParse(value);
  if (body.success) return body.data;
  const errors = body.error.issues.map(({ path, message }) => ({
    pointer: createPointer(path),
    detail: message,
  }));
  const message = errors.every(tellsStart) ? "when to start is not usable" : expected;
  throw new RequestError(422, message, { errors });
}
