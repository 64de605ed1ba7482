import { TraceFlags } from "@opentelemetry/api";
import type { Worker } from "bullmq";
import { pino } from "pino";
import { z } from "zod";
import { loadConfig } from "../../src/config.ts";
import { createQueue } from "../../src/queue.ts";
import { openRedis } from "../../src/redis.ts";
import { defineTask } from "../../src/task.ts";
import { createRegistry, registerMetrics } from "../../src/telemetry/metrics.ts";
import { startOtlp } from "../../src/telemetry/otlp.ts";
import { createActivity } from "../../src/worker/activity.ts";
import { openWorker } from "../../src/worker/worker.ts";
import { type Variant, variants } from "./variants.ts";

const warmUpJobs = 5_000;
const measuredJobs = 20_000;

// Run by telemetry.ts: drains a queue of jobs that do nothing and prints how fast that went.
const [variant = "bare", redisUrl = "", otlpEndpoint = ""] = process.argv.slice(2);
const { measured, sampled } = variants[variant as Variant];
const redis = openRedis({ url: redisUrl, password: undefined }, "background");
const queue = createQueue(redis, `bench-${variant}-${process.pid}`);
const otlp = await startOtlp("worker", {
  otlp: loadConfig(sampled > 0 ? { OTEL_EXPORTER_OTLP_ENDPOINT: otlpEndpoint } : {}).otlp,
  releaseSha: "bench",
  tracesPerSecond: loadConfig({}).tracesPerSecond,
});
const metrics = registerMetrics(createRegistry(), "worker");
const deaf = { inc: () => undefined, set: () => undefined, observe: () => undefined };
const unmeasured = Object.fromEntries(Object.keys(metrics).map((key) => [key, deaf]));
const nothing = defineTask({
  title: "Nothing",
  description: "",
  input: z.strictObject({}),
  timeLimitMs: 10_000,
  run: async () => null,
});

await addJobs(warmUpJobs);
const worker = openWorker({
  config: loadConfig({}).worker,
  redis,
  queue,
  tasks: new Map([["nothing", nothing]]),
  // Instruments of the same names that do nothing.
  metrics: measured ? metrics : (unmeasured as unknown as typeof metrics),
  tracer: otlp.tracer,
  activity: createActivity(),
  log: pino({ level: "silent" }),
});
await untilCompleted(worker, warmUpJobs);
await worker.pause();
await addJobs(measuredJobs);

const cpuBefore = process.cpuUsage();
const startedAt = performance.now();
await worker.resume();
await untilCompleted(worker, measuredJobs);
const seconds = (performance.now() - startedAt) / 1_000;
const { user, system } = process.cpuUsage(cpuBefore);
const result = {
  jobsPerSecond: measuredJobs / seconds,
  cpuMicrosPerJob: (user + system) / measuredJobs,
};
process.stdout.write(`${JSON.stringify(result)}\n`);

await worker.close();
await queue.obliterate({ force: true });
await otlp.shutdown();
redis.disconnect();

/** Queues jobs as a producer that samples this share of its traces does. */
async function addJobs(count: number): Promise<void> {
  const jobs = Array.from({ length: count }, (_, index) => {
    const flags = (index % 1_000) / 1_000 < sampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
    const traceparent = `00-${index.toString(16).padStart(32, "a")}-b7ad6b7169203331-0${flags}`;
    return {
      name: "nothing",
      data: {},
      opts: { telemetry: { metadata: JSON.stringify({ traceparent }) } },
    };
  });
  for (let start = 0; start < count; start += 1_000) {
    await queue.addBulk(jobs.slice(start, start + 1_000));
  }
}

async function untilCompleted(running: Worker, count: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let completed = 0;
  const onCompleted = () => {
    completed += 1;
    if (completed === count) resolve();
  };
  running.on("completed", onCompleted);
  await promise;
  running.off("completed", onCompleted);
}
