import { z } from "zod";
import { priorities, type Priority } from "../../contract/job-policy.ts";
import { idPattern } from "../../queue/job-id.ts";
import { type Components, placeSchema } from "../http/components.ts";
import { refer } from "../http/operation.ts";
import { failureClass } from "./failure-class.ts";
import { attemptFields } from "./job-history.ts";

const time = z.iso.datetime();
const path = z.string().meta({ format: "uri-reference" });

/** What is told of a job whatever becomes of it. */
const anyJob = {
  id: z.string().regex(idPattern),
  task: z.string(),
  queue: z.string(),
  input: z.record(z.string(), z.unknown()),
  attempts: z.int().min(0).meta({ description: "Attempts that have ended." }),
  max_attempts: z.int().min(1).meta({
    description: "Grows by one each time that a job without any left is retried by hand.",
  }),
  priority: z
    .enum(Object.keys(priorities) as [Priority, ...Priority[]])
    .optional()
    .meta({
      description: "Jobs of a higher one are taken first from the same queue; `high` is not told.",
    }),
  received_at: time
    .optional()
    .meta({ description: "When the request came that has submitted it." }),
  created_at: time
    .optional()
    .meta({ description: "Always there, unless what the queue holds of the job was damaged." }),
  started_at: time.optional(),
  trace_id: z.string().optional(),
  submitter: z.string().optional().meta({
    description:
      "Who has submitted it, or what submitted it: told to them and to operators, where they have a name.",
  }),
  progress: z
    .object({
      fraction: z.number().min(0).max(1),
      text: z.string().optional(),
      attempt: z.int().min(1).meta({ description: "Which one has come so far." }),
    })
    .optional()
    .meta({ description: "How far it has come, if its task tells." }),
  logged: z
    .int()
    .min(1)
    .optional()
    .meta({ description: "Lines that its log has had so far, if any." }),
  schedule: z
    .object({
      key: z.string(),
      slot: time.optional().meta({
        description: "When it was due; not there where an operator has run the schedule.",
      }),
    })
    .optional()
    .meta({ description: "The schedule that submitted it, if one did." }),
  callback: z
    .object({
      host: z.string().meta({ description: "Of its address; the rest may be secret." }),
      state: z.enum(["pending", "retrying", "delivered", "given_up"]),
      tries: z.int().min(0),
      last_try_at: time.optional(),
      next_try_at: time.optional(),
      error: z.string().optional().meta({ description: "Why the last try failed, if it did." }),
    })
    .optional()
    .meta({ description: "Whether its end was told to its callback_url, if it has one." }),
  cancelling: z
    .literal(true)
    .optional()
    .meta({ description: "There if it was cancelled and has not ended yet: its task is told." }),
  submitted: z
    .object({
      count: z.int().min(1),
      jobs: z.array(z.object({ id: z.string().regex(idPattern), task: z.string() })),
    })
    .optional()
    .meta({ description: "Jobs that it has submitted, if any: how many, and the first hundred." }),
  resubmitted: z.int().min(1).optional().meta({
    description:
      "How often its own submitter, or an operator, has made a new job from its input, if ever.",
  }),
  resubmission: z
    .literal(true)
    .optional()
    .meta({ description: "There if it was made from the input of an older job." }),
  resubmit_of: z.string().regex(idPattern).optional().meta({
    description: "That older job: told to who has submitted this one, and to operators.",
  }),
  resubmitted_as: z.array(z.string().regex(idPattern)).optional().meta({
    description:
      "The latest ten jobs that were made from its input, the latest first: told to the same.",
  }),
  ...attemptFields,
  record_error: z
    .string()
    .optional()
    .meta({ description: "Why it cannot run: what the queue holds of it was damaged." }),
  links: z.object({ self: path, events: path, page: path }),
};

const waiting = z
  .object({
    reason: z.enum([
      "queued",
      "paused",
      "no_workers",
      "concurrency_limit",
      "rate_limit",
      "delayed",
      "retrying",
      "unknown_to_workers",
    ]),
    ahead: z.int().min(0).optional(),
    ahead_is_lower_bound: z.boolean().optional(),
    retry_at: time
      .optional()
      .meta({ description: "When it starts, or is looked at again, at the earliest." }),
  })
  .meta({ description: "Why it is not running; a job that has just come does not say." });

/** A job as the API tells it and the pages show it. */
export const jobStatus = z.discriminatedUnion("status", [
  z.object({ ...anyJob, status: z.literal("waiting"), waiting: waiting.optional() }).meta({
    id: "WaitingJob",
    description: "A job that no worker has taken yet, or that waits again.",
  }),
  z
    .object({ ...anyJob, status: z.literal("working") })
    .meta({ id: "WorkingJob", description: "A job that a worker is on." }),
  z
    .object({
      ...anyJob,
      status: z.literal("succeeded"),
      finished_at: time.optional(),
      result: z
        .unknown()
        .meta({ description: "What the task returned; null if that was nothing." }),
    })
    .meta({ id: "SucceededJob", description: "A job that has ended well." }),
  z
    .object({
      ...anyJob,
      status: z.literal("failed"),
      finished_at: time.optional(),
      error_type: failureClass,
      error: z.string().meta({ description: "Why it failed, for people." }),
    })
    .meta({ id: "FailedJob", description: "A job that has ended without a result." }),
]);

/** It and each of its kinds, as components of an OpenAPI document, in which `status` tells the kind. */
export function describeJobs(): Components {
  const { schema, components } = placeSchema(z.toJSONSchema(jobStatus), refer("Job").$ref);
  const mapping = Object.fromEntries(
    jobStatus.options.map((kind) => [kind.shape.status.value, refer(kind.meta()?.id ?? "").$ref]),
  );
  return {
    Job: { ...schema, discriminator: { propertyName: "status", mapping } },
    ...components,
  };
}

type KeysOf<Union> = Union extends unknown ? keyof Union : never;
/** The same, where what only some of them have may be asked of any. */
type Askable<Union, Keys extends PropertyKey = KeysOf<Union>> = Union extends unknown
  ? Union & { readonly [Key in Exclude<Keys, keyof Union>]?: undefined }
  : never;
export type AnyJobStatus = Askable<z.infer<typeof jobStatus>>;
