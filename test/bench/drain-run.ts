import { once } from "node:events";
import { TraceFlags } from "@opentelemetry/api";
import { pino } from "pino";
import { z } from "zod";
import { loadConfig } from "../../src/config.ts";
import { createQueue } from "../../src/queue.ts";
import { openRedis } from "../../src/redis.ts";
import { defineTask } from "../../src/task.ts";
import { createRegistry, registerMetrics } from "../../src/telemetry/metrics.ts";
import { startTracing } from "../../src/telemetry/tracing.ts";
import { createActivity } from "../../src/worker/activity.ts";
import { openWorker } from "../../src/worker/worker.ts";

const jobs = 10_000;

/** What is switched on, from nothing to everything. */
const variants = {
  bare: { measured: false, sampled: 0 },
  metrics: { measured: true, sampled: 0 },
  sampled10: { measured: true, sampled: 0.1 },
  sampled100: { measured: true, sampled: 1 },
};

const [variant = "", redisUrl = "", otlpEndpoint = ""] = process.argv.slice(2);
const { measured, sampled } = variants[variant as keyof typeof variants];
const redis = openRedis({ url: redisUrl, password: undefined }, "background");
const queue = createQueue(redis, `bench-${variant}-${process.pid}`);
const traceIds = Array.from({ length: jobs }, (_, index) => index.toString(16).padStart(32, "a"));
await queue.addBulk(
  traceIds.map((traceId, index) => {
    const flags = (index % 100) / 100 < sampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
    const traceparent = `00-${traceId}-b7ad6b7169203331-0${flags}`;
    return {
      name: "nothing",
      data: {},
      opts: { telemetry: { metadata: JSON.stringify({ traceparent }) } },
    };
  }),
);

const silent = { inc() {}, set() {}, observe() {} };
const task = defineTask({
  title: "Nothing",
  description: "",
  input: z.strictObject({}),
  timeLimitMs: 10_000,
  run: async () => null,
});
const tracing = await startTracing("worker", {
  otlpEndpoint: sampled > 0 ? otlpEndpoint : undefined,
  releaseSha: "bench",
});
const metrics = registerMetrics(createRegistry(), "worker");
const cpuBefore = process.cpuUsage();
const startedAt = performance.now();
let done = 0;
const worker = openWorker({
  config: loadConfig({}).worker,
  redis,
  queue,
  tasks: new Map([["nothing", task]]),
  metrics: measured
    ? metrics
    : (Object.fromEntries(
        Object.keys(metrics).map((key) => [key, silent]),
      ) as unknown as typeof metrics),
  tracer: tracing.tracer,
  activity: createActivity(),
  log: pino({ level: "silent" }),
});
worker.on("completed", () => {
  done += 1;
  if (done === jobs) worker.emit("drained");
});
while (done < jobs) await once(worker, "drained");
const seconds = (performance.now() - startedAt) / 1_000;
const { user, system } = process.cpuUsage(cpuBefore);
console.log(
  JSON.stringify({ variant, jobsPerSecond: jobs / seconds, cpuMicros: (user + system) / jobs }),
);
await worker.close();
await queue.obliterate({ force: true });
await tracing.shutdown();
redis.disconnect();
