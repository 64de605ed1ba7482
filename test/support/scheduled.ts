import type { Job, Queue } from "bullmq";
import type { Redis } from "ioredis";
import { pino } from "pino";
import { inject, onTestFinished } from "vitest";
import { z } from "zod";
import { openRedis } from "../../src/queue/connection.ts";
import { readJobSchedule } from "../../src/queue/job-schedule.ts";
import { createQueue } from "../../src/queue/queue.ts";
import { listSchedules, type Schedules } from "../../src/task/schedule.ts";
import { defineTask } from "../../src/task/task.ts";
import type { Log } from "../../src/telemetry/log.ts";
import type { MetricsRegistry } from "../../src/telemetry/metrics.ts";
import { startKeeper } from "../../src/worker/schedules/keeper.ts";
import { createTestTelemetry } from "./telemetry.ts";
import { createTestTracing, type TestTracing } from "./tracing.ts";

const input = z.strictObject({ days: z.int().default(1) });

/** A task that does nothing but at those times. */
export function scheduledTask(schedule: Schedules<typeof input>, fields = {}) {
  return defineTask({
    title: "Report",
    description: "Reports.",
    input,
    timeLimitMs: 10_000,
    schedule,
    run: () => Promise.resolve(null),
    ...fields,
  });
}

export interface TestKeeper {
  readonly redis: Redis;
  readonly registry: MetricsRegistry;
  readonly spans: TestTracing["spans"];
  /** Stops it as a worker does that ends. */
  readonly stop: () => void;
  /** Cuts its connection as the end of its process would, and stops it. */
  readonly kill: () => void;
}

export interface KeeperOptions {
  readonly redisUrl?: string | undefined;
  /** The task's name. */
  readonly task?: string;
  /** None where the files of its release have no such task. */
  readonly schedule?: Schedules<typeof input>;
  readonly fields?: object;
  /** When it is, to begin with, as Unix time in ms; if not given, now. */
  readonly startMs?: number;
  readonly shortage?: () => string | undefined;
  readonly log?: Log;
}

/** Keeps the schedule of one task of a queue, as a worker does, on a connection of its own. */
export function keepSchedule(name: string, options: KeeperOptions): TestKeeper {
  const {
    task: taskName = "report",
    schedule,
    shortage,
    log = pino({ level: "silent" }),
  } = options;
  const url = options.redisUrl ?? inject("redisUrl");
  const redis = openRedis({ url, password: undefined }, "background");
  const tasks = new Map(
    schedule === undefined ? [] : [[taskName, scheduledTask(schedule, options.fields)]],
  );
  const tracing = createTestTracing();
  const telemetry = createTestTelemetry("worker", tasks, { queue: name, tracing });
  const stopKeeper = startKeeper({
    queue: createQueue(redis, name),
    redis,
    schedules: [...tasks].flatMap(([key, task]) => listSchedules(key, task)),
    tasks,
    findShortage: () => Promise.resolve(shortage?.()),
    metrics: telemetry.metrics,
    tracer: telemetry.otlp.tracer,
    server: {},
    log,
    aheadMs: options.startMs === undefined ? 0 : options.startMs - Date.now(),
  });
  const kill = () => {
    redis.disconnect();
    stopKeeper();
  };
  onTestFinished(kill);
  const { registry } = telemetry;
  return { redis, registry, spans: tracing.spans, kill, stop: stopKeeper };
}

/** The slots of the queue's jobs that have one, in order. */
export async function readSlots(queue: Queue): Promise<number[]> {
  const jobs = await readScheduled(queue);
  return jobs.flatMap(({ opts }) => readJobSchedule(opts)?.slotMs ?? []).toSorted((a, b) => a - b);
}

/** The queue's jobs that a schedule has submitted, whatever has become of them. */
export async function readScheduled(queue: Queue): Promise<Job[]> {
  const jobs = await queue.getJobs(["waiting", "active", "completed", "failed", "delayed"]);
  return jobs.filter((job) => job !== undefined && readJobSchedule(job.opts) !== undefined);
}
