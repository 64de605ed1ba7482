import { Redis } from "ioredis";
import { onTestFinished } from "vitest";
import { postJson, submitDivision, untilFinal, untilReady } from "./client.ts";
import { type OtlpLog, type OtlpSpan, startOtlpReceiver } from "./otlp-receiver.ts";
import { spawnProducer, spawnWorker } from "./processes.ts";
import { startRedis } from "./redis.ts";
import { until } from "./until.ts";

/** What producer and worker send over OTLP, of every kind of span that they have. */
export interface CapturedTelemetry {
  readonly spans: readonly OtlpSpan[];
  readonly logs: readonly OtlpLog[];
}

/**
 * Runs both services with a job that succeeds, one that fails, one that Redis refuses, a page whose
 * query has values, and a request whose method the conventions do not know.
 */
export async function captureTelemetry(): Promise<CapturedTelemetry> {
  const redis = await startRedis();
  onTestFinished(() => redis.remove());
  const { url: receiver, spans, logs } = await startOtlpReceiver();
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver,
    OTEL_BSP_SCHEDULE_DELAY: "100",
    OTEL_BLRP_SCHEDULE_DELAY: "100",
    TRACES_PER_SECOND: "1000",
  };
  const { url } = await spawnProducer(redis.url, env);
  await untilReady(url);
  const jobs = [
    await submitDivision(url, { x: 10, y: 2 }),
    await submitDivision(url, { x: 10, y: 0 }),
  ];
  const { status } = await withoutWrites(redis.url, () =>
    postJson(`${url}/api/v1/jobs`, { task: "quotient", input: { x: 1, y: 1, delayMs: 0 } }),
  );
  if (status !== 503) throw new Error(`expected Redis to take no job, got ${status}`);
  await fetch(`${url}/tasks/quotient?x=47114711471147&y=2`);
  await fetch(url, { method: "PROPFIND" });
  await spawnWorker(redis.url, env);
  await Promise.all(jobs.map(({ id }) => untilFinal(url, id)));
  await until("all of both jobs", () => {
    const settled = spans.filter(({ name }) => name === "settle default");
    return settled.length >= jobs.length && logs.some(({ body: text }) => isFailure(text));
  });
  return { spans, logs };
}

/** Does something while Redis answers what is read, and refuses what is written. */
async function withoutWrites<T>(redisUrl: string, act: () => Promise<T>): Promise<T> {
  const client = new Redis(redisUrl);
  try {
    await client.config("SET", "min-replicas-to-write", "1");
    return await act();
  } finally {
    await client.config("SET", "min-replicas-to-write", "0");
    client.disconnect();
  }
}

function isFailure(text: unknown): boolean {
  return String(text).startsWith("job failed");
}
