import { isDeepStrictEqual } from "node:util";
import { type Context, trace } from "@opentelemetry/api";
import type { Job } from "bullmq";
import { z } from "zod";
import type { submissionOutcomes, submissionSources } from "../../contract/metrics.ts";
import { logFields } from "../../contract/telemetry.ts";
import { queueName } from "../../contract/topology.ts";
import type { Tasks } from "../../task/registry.ts";
import type { Task } from "../../task/task.ts";
import type { Log } from "../../telemetry/log.ts";
import type { ProducerMetrics } from "../../telemetry/metrics.ts";
import {
  exemplarOf,
  injectContext,
  startSend,
  type Tracing,
  trailOf,
} from "../../telemetry/spans.ts";
import { assertRoom, type Load } from "./backpressure.ts";
import type { Broker } from "./broker.ts";
import { RequestError } from "../http/errors.ts";
import { createJobId } from "../../queue/job-id.ts";
import { type JobStatus, summarizeJob } from "./job-status.ts";

export interface Submission {
  readonly task: string;
  readonly input: unknown;
  readonly idempotencyKey: string | undefined;
  readonly source: (typeof submissionSources)[number];
  /** The request's trace, which the job continues. */
  readonly context: Context;
  /** JSON pointer of the input within what the client sent. */
  readonly pointer: string;
}

export interface SubmissionDeps extends Tracing {
  readonly tasks: Tasks;
  readonly broker: Broker;
  readonly load: () => Promise<Load>;
  readonly queueDepth: number;
  readonly metrics: ProducerMetrics;
  readonly log: Log;
}

export interface Receipt {
  readonly job: JobStatus;
  /** The key was known: this is the job of an earlier request. */
  readonly replayed: boolean;
}

type Outcome = (typeof submissionOutcomes)[number];

/**
 * The one way into the queue. When it returns, the job is in Redis for good.
 * Throws a `RequestError` for a request that can never be served, an `UnavailableError` otherwise.
 */
export async function submit(deps: SubmissionDeps, submission: Submission): Promise<Receipt> {
  const { tasks, metrics, log } = deps;
  const task = tasks.has(submission.task) ? submission.task : "_OTHER";
  const count = (outcome: Outcome) =>
    metrics.jobsEnqueued.inc({ queue: queueName, task, source: submission.source, outcome });
  try {
    const input = parseInput(tasks, submission);
    const id = createJobId(submission.task, submission.idempotencyKey);
    const receipt = await add(deps, submission, id, input);
    count(receipt.replayed ? "deduplicated" : "added");
    return receipt;
  } catch (error) {
    count(error instanceof RequestError ? "rejected" : "error");
    if (!(error instanceof RequestError))
      log.warn({ err: error, [logFields.task]: task }, "job not queued");
    throw error;
  }
}

function parseInput(tasks: Tasks, { task, input, pointer }: Submission): Record<string, unknown> {
  const found = tasks.get(task);
  if (found === undefined) {
    const known = [...tasks.keys()].join(", ");
    const detail = `there is no task "${task}", expected one of: ${known}`;
    throw new RequestError(422, detail, { errors: [{ pointer: "/task", detail }] });
  }
  const parsed = strictInput(found).safeParse(input, {
    error: (issue) => (issue.input === undefined ? "a value is required" : undefined),
  });
  // As Redis will give it back: -0 is 0 there, and a key without a value is no key. Compared with
  // what is stored, anything else would look like another input.
  if (parsed.success) return JSON.parse(JSON.stringify(parsed.data));
  const errors = parsed.error.issues.flatMap((issue) => fieldErrors(issue, pointer));
  throw new RequestError(422, `the input does not fit the task "${task}"`, { errors });
}

/** Kept, because zod compiles a schema at its first use: that took a tenth of each request. */
const strictInputs = new WeakMap<Task, z.ZodObject>();

/** Strict whatever the task says: a field nobody reads is a mistake worth telling. */
function strictInput(task: Task): z.ZodObject {
  const known = strictInputs.get(task) ?? task.input.strict();
  strictInputs.set(task, known);
  return known;
}

function fieldErrors(issue: z.core.$ZodIssue, pointer: string) {
  const path = issue.path.map(
    (part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`,
  );
  return [{ pointer: `${pointer}${path.join("")}`, detail: issue.message }];
}

async function add(
  deps: SubmissionDeps,
  { task, context, idempotencyKey }: Submission,
  id: string,
  input: Record<string, unknown>,
): Promise<Receipt> {
  const { broker, metrics, log } = deps;
  assertRoom(await deps.load(), deps.queueDepth);

  const span = startSend(deps, context, { id, task });
  const carrier = injectContext(trace.setSpan(context, span));
  const startedAt = performance.now();
  let outcome: "added" | "error" = "error";
  try {
    const [sent, stored] = await broker.ask(async (queue) => {
      const job = await queue.add(task, input, {
        jobId: id,
        telemetry: { metadata: JSON.stringify(carrier), omitContext: true },
      });
      // BullMQ keeps the older job of an id, but hands back what was just sent.
      return [job, idempotencyKey === undefined ? job : await queue.getJob(id)];
    });
    outcome = "added";
    const job = stored ?? sent;
    if (!isDeepStrictEqual(job.data, sent.data)) {
      throw new RequestError(409, "this Idempotency-Key was used before with another input");
    }
    log.info({ ...trailOf(span), [logFields.jobId]: id, [logFields.task]: task }, "job queued");
    return { job: summarizeJob(job, "waiting"), replayed: job !== sent && isOlder(job, sent) };
  } finally {
    span.end();
    metrics.jobEnqueueDuration.observe({
      labels: { queue: queueName, outcome },
      value: (performance.now() - startedAt) / 1_000,
      exemplarLabels: exemplarOf(span),
    });
  }
}

function isOlder(stored: Job, sent: Job): boolean {
  return stored.timestamp !== sent.timestamp;
}
