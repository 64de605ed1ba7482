import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Span, Tracer } from "@opentelemetry/api";
import { type Job, Worker } from "bullmq";
import type { Redis } from "ioredis";
import type { Config } from "../config.ts";
import { queueName, queuePrefix } from "../contract/topology.ts";
import type { Tasks } from "../registry.ts";
import type { Log } from "../telemetry/log.ts";
import type { WorkerMetrics } from "../telemetry/metrics.ts";
import { registerAccounting } from "./accounting.ts";
import type { Activity } from "./activity.ts";
import { registerBrake } from "./brake.ts";
import { createProcessor } from "./processor.ts";

export interface WorkerDeps {
  readonly config: Config["worker"];
  /** A `background` connection; the worker opens a second one like it to wait for jobs on. */
  readonly redis: Redis;
  readonly tasks: Tasks;
  readonly metrics: WorkerMetrics;
  readonly tracer: Tracer;
  readonly activity: Activity;
  readonly log: Log;
  readonly name?: string;
}

/** A worker that takes jobs at once and keeps at it whatever Redis does, until it is drained. */
export function openWorker({ config, redis, name = queueName, ...deps }: WorkerDeps): Worker {
  const spans = new WeakMap<Job, Span>();
  const worker = new Worker(name, createProcessor({ ...deps, spans }), {
    connection: redis,
    prefix: queuePrefix,
    name: `${hostname()}-${randomUUID().slice(0, 8)}`,
    concurrency: config.concurrency,
    lockDuration: config.lockMs,
    stalledInterval: config.stalledCheckMs,
    // With BullMQ's default of 1, six kills failed 25 of 200 healthy jobs; with 5, none.
    maxStalledCount: 5,
  });
  registerAccounting(worker, { ...deps, spans });
  const release = registerBrake(worker, deps.log);
  worker.on("closing", release);
  deps.metrics.workerConcurrency.set({ queue: name }, config.concurrency);
  return worker;
}
