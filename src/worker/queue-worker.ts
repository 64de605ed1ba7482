import type { Tracer } from "@opentelemetry/api";
import { type Job, type Queue, WaitingError, Worker, type WorkerOptions } from "bullmq";
import type { Redis } from "ioredis";
import type { Config } from "../service/config.ts";
import type { QueueSpec } from "../contract/queues.ts";
import { createAttemptRecord } from "../queue/attempt-record.ts";
import { prefixOf } from "../queue/keys.ts";
import { giveBackTurn } from "../queue/limits.ts";
import { createQueueBackend } from "../queue/queue.ts";
import { heartbeatName, recordHeartbeat } from "../queue/heartbeat.ts";
import { forgetStart } from "../queue/unbegun-start.ts";
import { hasEndedBefore, readEndedBefore } from "../queue/rerun.ts";
import type { Tasks } from "../task/registry.ts";
import type { Log } from "../telemetry/log.ts";
import type { WorkerMetrics } from "../telemetry/metrics.ts";
import type { createRedisObserver } from "../telemetry/redis-connection.ts";
import { describeServer, findTrail } from "../telemetry/spans.ts";
import { registerAccounting } from "./attempts/accounting.ts";
import type { Activity } from "./activity.ts";
import type { Attempt } from "./attempts/attempt.ts";
import type { OpenSubmitOf } from "./attempts/child-jobs.ts";
import { createPostpone } from "./attempts/postponement.ts";
import type { BlockWatch } from "./blocking/block-watch.ts";
import { type Brake, type LogRefusal, registerBrake } from "./brake.ts";
import { createHolds, type Holds } from "./holds.ts";
import { createReports } from "./reports/attempt-reports.ts";
import { registerScriptFailures } from "./script-failures.ts";
import { createProcessor } from "./attempts/processor.ts";

export interface WorkerDeps {
  readonly config: Config["worker"];
  /** What its jobs' records call it: the same in each of its queues. */
  readonly workerId: string;
  /** A `background` connection; the worker opens a second one like it to wait for jobs on. */
  readonly redis: Redis;
  /** The queue to take jobs from, on that connection. */
  readonly queue: Queue;
  readonly spec: QueueSpec;
  /** Of its jobs, run at once. */
  readonly slots: number;
  /** Settles once the queue's limits hold in Redis: no job is taken before. */
  readonly limited: Promise<unknown>;
  /** Observes the connection on which the worker waits for jobs. */
  readonly observeBlocking: ReturnType<typeof createRedisObserver>;
  readonly tasks: Tasks;
  readonly metrics: WorkerMetrics;
  readonly tracer: Tracer;
  readonly activity: Activity;
  readonly watch: BlockWatch;
  readonly openSubmitOf: OpenSubmitOf;
  readonly logRefusal: LogRefusal;
  readonly log: Log;
}

export interface QueueWorker {
  readonly worker: Worker;
  readonly holds: Holds;
  readonly brake: Pick<Brake, "lastHeldAt">;
}

/** A worker that takes jobs at once and keeps at it whatever Redis does, until it is drained. */
export function openQueueWorker(all: WorkerDeps): QueueWorker {
  const { config, workerId, redis, queue, spec, slots, limited, ...more } = all;
  const { observeBlocking, openSubmitOf, ...others } = more;
  const deps = { ...others, queue: queue.name };
  const attempts = new WeakMap<Job, Attempt>();
  const process = createProcessor({
    ...deps,
    attempts,
    postpone: createPostpone({ ...others, queue, redis }),
    endedBefore: (job) => readEndedBefore(queue, redis, job),
    server: describeServer(redis),
    linkMode: config.traceLinkMode,
    openReports: createReports(queue, redis, deps.log),
    openSubmit: openSubmitOf(queue),
  });
  const never = new AbortController().signal;
  const record = createAttemptRecord({
    redis,
    worker: workerId,
    trailOf: (job) => findTrail(attempts.get(job)?.span),
  });
  // BullMQ counts the parameters: only a third one gets the signal that `cancelAllJobs` aborts.
  const handle = async (job: Job, token: string | undefined, signal: AbortSignal | undefined) =>
    job.name === heartbeatName
      ? pass()
      : holds.has("drained")
        ? handBack(job, token)
        : record.run(job, token, () => process(job, token, signal ?? never));
  /** BullMQ takes one more job if it waited for one when it was held; it has not begun. */
  const handBack = async (job: Job, token: string | undefined) => {
    // Only its history and the time that it has waited would be wrong.
    await forgetStart(queue, redis, { id: job.id, token }).catch(() => undefined);
    await job.moveToWait(token);
    // Without it the queue starts one job less of those that it may; that costs no job anything.
    await giveBack().catch(() => undefined);
    throw new WaitingError();
  };
  const pass = async () => {
    await giveBack();
    await recordHeartbeat(queue, redis);
  };
  const giveBack = async () => {
    if (spec.rate !== undefined) await giveBackTurn(queue, redis);
  };
  const options: WorkerOptions = {
    connection: redis,
    prefix: prefixOf(queue.name),
    name: workerId,
    concurrency: slots,
    lockDuration: config.lockMs,
    stalledInterval: config.stalledCheckMs,
    // With BullMQ's default of 1, six kills failed 25 of 200 healthy jobs; with 5, none.
    maxStalledCount: 5,
    // BullMQ would sleep for 15 s whenever a connection breaks under one of its commands.
    runRetryDelay: 1_000,
    // By default a worker may sleep for 30 s on what a heartbeat has taken, and given back at once.
    maximumRateLimitDelay: 1_000,
    autorun: false,
  };
  const backend = record.record(createQueueBackend(spec.keep));
  const worker = new Worker(queue.name, handle, options, backend);
  registerAccounting(worker, {
    ...deps,
    attempts,
    hasEndedBefore: (job) => hasEndedBefore(queue, redis, job),
  });
  registerScriptFailures(worker, deps.log);
  const holds = createHolds(worker, deps.log);
  const brake = registerBrake(worker, holds, deps.logRefusal);
  worker.on("closing", () => brake.release());
  // BullMQ hands it out once it is ready, or never, where the worker is closed before.
  worker.getBackend().blockingClient?.then(observeBlocking, () => undefined);
  void limited.then(() => run(worker));
  return { worker, brake, holds };
}

async function run(worker: Worker): Promise<void> {
  if (worker.closing !== undefined) return;
  await worker.run().catch((error: unknown) => worker.emit("error", asError(error)));
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
