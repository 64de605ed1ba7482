import { inputField, keyField, resubmitField, runAtField } from "../../contract/forms.ts";
import type { StartTime } from "../../contract/start-time.ts";
import { assertPlain, formBytes, parseJson } from "../http/body.ts";
import { RequestError } from "../http/errors.ts";
import type { JobStatus } from "../jobs/job-status.ts";
import type { Submission } from "../jobs/submission.ts";
import { createWording } from "./field-wording.ts";
import { type Field, parseFields } from "./fields.ts";
import { fillFields, writeInput } from "./filled-fields.ts";
import type { FormSubject, TaskForm } from "./form-page.ts";
import type { Edit } from "./job-actions.ts";
import { parseRunAt } from "./later.ts";

/** The one control of a form whose own cannot show an input. */
const whole: Field = {
  name: inputField,
  label: "Input, as JSON",
  hint: "All of it in one field: the form's own fields would not send this input as it is.",
  required: true,
  kind: "json",
  value: "",
  choices: new Map(),
  min: undefined,
  max: undefined,
  whole: false,
};

/** Whether a job's input can be edited, at `to`: not while it runs, and not where nothing is known of it. */
export function offerEdit(
  { status, record_error: damage }: JobStatus,
  isTaskKnown: boolean,
  to: string,
): Edit | undefined {
  if (status === "working") return undefined;
  if (damage !== undefined) return { not: "Its input is damaged, and cannot be submitted again." };
  return isTaskKnown
    ? { to }
    : { not: "Its task is not known any more: it cannot be submitted again." };
}

/**
 * A task's form with a job's input and start, to be edited and sent as a new job; `otherWay` says how
 * else what is too large for it can be sent. Throws a
 * `RequestError` for a job of another task, a damaged one, and an input that is larger than a form.
 */
export function fillForm(
  subject: FormSubject,
  job: JobStatus,
  idempotencyKey: string,
  otherWay = "send it with resubmit_of in the API",
): TaskForm {
  const { id, input, record_error: damage } = job;
  if (job.task !== subject.name || damage !== undefined) {
    throw new RequestError(409, `the job "${id}" has no input for the task "${subject.name}"`);
  }
  const filled = fillFields(subject.task, subject.fields, input);
  const sent = new Map(filled ?? [[inputField, writeInput(input)]]);
  const runAt = runAtOf(job);
  if (runAt !== undefined) sent.set(runAtField, runAt);
  const bytes = new URLSearchParams([...sent]).toString().length;
  if (bytes > formBytes) {
    throw new RequestError(
      409,
      `the input of the job "${id}" has ${bytes} bytes in a form, expected ${formBytes} at most: ` +
        otherWay,
    );
  }
  return {
    ...subject,
    ...(filled === undefined && { fields: [whole] }),
    idempotencyKey,
    sent,
    resubmitOf: id,
  };
}

/** When a job that waits for its time is due: the next whole minute, in UTC, as the form's control has it. */
function runAtOf({ waiting }: JobStatus): string | undefined {
  if (waiting?.reason !== "delayed" || waiting.retry_at === undefined) return undefined;
  const minute = 60_000;
  const dueMs = Math.ceil(Date.parse(waiting.retry_at) / minute) * minute;
  return new Date(dueMs).toISOString().slice(0, 16);
}

/** What a task's form that was sent says of the job that is wanted. */
interface SentForm extends Pick<Submission, "input" | "pointer" | "wordIssue"> {
  readonly start: StartTime | undefined;
}

/** The form that a sent one is, if it is to be shown again: with the control that it was sent by. */
export function formOfSent(subject: FormSubject, sent: ReadonlyMap<string, string>): FormSubject {
  return sent.has(inputField) ? { ...subject, fields: [whole] } : subject;
}

/** Reads a sent form; throws a `RequestError` for what cannot be an input, or a time to start. */
export function readSentForm({ fields }: FormSubject, sent: ReadonlyMap<string, string>): SentForm {
  const start = parseRunAt(sent.get(runAtField) ?? "");
  const text = sent.get(inputField);
  if (text !== undefined) {
    const input = parseInput(text);
    assertPlain({ [inputField]: input });
    return { start, input, pointer: `/${inputField}`, wordIssue: createWording([]) };
  }
  const ours = new Set([keyField, runAtField, resubmitField]);
  const typed = new Map([...sent].filter(([name]) => !ours.has(name)));
  const input = parseFields(fields, typed);
  assertPlain(input);
  return { start, input, pointer: "", wordIssue: createWording(fields) };
}

function parseInput(text: string): Record<string, unknown> {
  try {
    const value = parseJson(text);
    if (isObject(value)) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  const detail = 'Enter an object, as JSON, such as {"a": "b"}.';
  throw new RequestError(422, "the input is no object, as JSON", {
    errors: [{ pointer: `/${inputField}`, detail }],
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
