import { TraceFlags } from "@opentelemetry/api";
import type { Worker } from "bullmq";
import { pino } from "pino";
import { openRedis } from "../../src/queue/connection.ts";
import { heartbeatName } from "../../src/queue/heartbeat.ts";
import { createPolicyOptions } from "../../src/queue/job-options.ts";
import { createQueue } from "../../src/queue/queue.ts";
import { carryTrace } from "../../src/queue/trace-carrier.ts";
import { defaultPolicy, type Priority } from "../../src/contract/job-policy.ts";
import { queues } from "../../src/contract/queues.ts";
import { loadConfig } from "../../src/service/config.ts";
import { loadTasks } from "../../src/task/registry.ts";
import { createRegistry, registerMetrics } from "../../src/telemetry/metrics.ts";
import { startOtlp } from "../../src/telemetry/otlp.ts";
import { openWorker } from "../../src/worker/open-worker.ts";
import { anyPorts } from "../support/ports.ts";
import { openBareWorker } from "./bare-worker.ts";
import { type Variant, variants } from "./variants.ts";

const warmUpJobs = 5_000;
const measuredJobs = 20_000;

// Run by drain.ts: drains a queue of jobs that do nothing and prints how fast that went.
const [variant = "bare", redisUrl = "", otlpEndpoint = "", concurrency = "10"] =
  process.argv.slice(2);
const { measured, sampled, isolated } = variants[variant as Variant];
const address = { url: redisUrl, password: undefined };
const redis = openRedis(address, "background");
const queue = createQueue(redis, `bench-${variant}-${process.pid}`);
await addJobs(warmUpJobs);
const { worker, close } =
  variant === "bullmq" ? openBareWorker(queue, redis, Number(concurrency)) : await openOwnWorker();
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

await close();
await queue.obliterate({ force: true });
redis.disconnect();

/** The worker of this project, with what the variant switches on. */
async function openOwnWorker() {
  const config = {
    ...loadConfig({ WORKER_CONCURRENCY: concurrency }),
    redis: address,
    ports: anyPorts,
    otlp: { traces: sampled > 0 ? `${otlpEndpoint}/v1/traces` : undefined, logs: undefined },
    releaseSha: "bench",
  };
  const tasksFolder = new URL("./tasks/", import.meta.url);
  const tasks = await loadTasks(tasksFolder);
  const registry = createRegistry();
  const metrics = registerMetrics(registry, "worker", new Map([[queue.name, [...tasks.keys()]]]));
  const deaf = { inc: () => undefined, set: () => undefined, observe: () => undefined };
  const unmeasured = Object.fromEntries(Object.keys(metrics).map((key) => [key, deaf]));

  const opened = await openWorker(config, {
    queues: { [queue.name]: queues.default },
    tasks: new Map([...tasks].map(([name, task]) => [name, { ...task, isolated }])),
    tasksFolder,
    telemetry: {
      log: pino({ level: "silent" }),
      relay: () => undefined,
      registry,
      // Instruments of the same names that do nothing.
      metrics: measured ? metrics : (unmeasured as unknown as typeof metrics),
      otlp: await startOtlp("worker", config),
    },
    childEnvironment: process.env,
  });
  const own = opened.workers.get(queue.name);
  if (own === undefined) throw new Error(`expected a worker of the queue "${queue.name}"`);
  return { worker: own, close: opened.close };
}

/** Queues jobs as a producer that samples this share of its traces does. */
async function addJobs(count: number): Promise<void> {
  const priority: Priority = variant === "prioritized" ? "low" : "high";
  const policy = { ...defaultPolicy, priority };
  const jobs = Array.from({ length: count }, (_, index) => {
    const flags = (index % 1_000) / 1_000 < sampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
    const traceparent = `00-${index.toString(16).padStart(32, "a")}-b7ad6b7169203331-0${flags}`;
    return {
      name: "nothing",
      data: {},
      opts: { ...carryTrace({ traceparent }), ...createPolicyOptions(policy) },
    };
  });
  for (let start = 0; start < count; start += 1_000) {
    await queue.addBulk(jobs.slice(start, start + 1_000));
  }
}

async function untilCompleted(running: Worker, count: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let completed = 0;
  const onCompleted = ({ name }: { readonly name: string }) => {
    if (name === heartbeatName) return;
    completed += 1;
    if (completed === count) resolve();
  };
  running.on("completed", onCompleted);
  await promise;
  running.off("completed", onCompleted);
}
