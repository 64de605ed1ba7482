import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { createQueue } from "../../src/queue/queue.ts";
import { readMemory } from "../../src/queue/memory.ts";
import { openRedis } from "../../src/queue/connection.ts";
import { spawnProducer, spawnWorker } from "../support/processes.ts";
import { ownRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";
import { measureMost, startFlow } from "./flow.ts";
import { findUnexplained } from "./log-errors.ts";
import { createMemoryRecord, readHeap } from "./memory.ts";
import { openJobs } from "./open-jobs.ts";
import { createPace } from "./pace.ts";
import { size } from "./size.ts";

/** A leak of eight bytes in each of a thousand jobs a second is 29 MB an hour. */
const flatBytesPerHour = 30e6;
/** Ended jobs fill their share of it, some 90 MB, before the slope is measured: after 300 s. */
const maxmemory = "256mb";
const readingEveryS = 5;
const drainMs = 120_000;

test("loses nothing and does not grow", { timeout: size.seconds * 1_000 + 300_000 }, async () => {
  const redis = await ownRedis({ settings: { maxmemory } });
  const client = openRedis({ url: redis.url, password: undefined }, "background");
  client.on("error", () => undefined);
  onTestFinished(() => client.disconnect());
  const quiet = { LOG_LEVEL: "warn" };
  const producer = await spawnProducer(redis.url, quiet);
  const startWorker = () => spawnWorker(redis.url, { ...quiet, ...size.worker });
  const steadyWorker = await startWorker();
  const killedWorkers = [await startWorker()];

  const jobs = openJobs(client, createQueue(client));
  onTestFinished(jobs.close);
  const perSecond = size.perSecond ?? Math.floor((await measureMost(producer.url, jobs)) / 2);
  say(`${perSecond} jobs/s for ${size.seconds} s`);

  const records = {
    "producer heap": createMemoryRecord(() => readHeap(producer.metricsUrl)),
    "worker heap": createMemoryRecord(() => readHeap(steadyWorker.metricsUrl)),
    "Redis memory": createMemoryRecord(async () => (await readMemory(client)).used),
  };
  const outages: number[] = [];
  const flow = startFlow(producer.url, perSecond, jobs.add);
  const pace = createPace();
  while (pace.seconds < size.seconds) {
    await sleep(200);
    if (pace.isDue("a kill of a worker", size.workerKillEvery)) {
      await killedWorkers.at(-1)?.stop("SIGKILL");
      killedWorkers.push(await startWorker());
    }
    if (pace.isDue("a kill of Redis", size.redisKillEvery)) {
      outages.push(Date.now());
      await redis.signal("SIGKILL");
      await redis.start();
    }
    if (pace.isDue("a reading", readingEveryS)) {
      for (const record of Object.values(records)) await record.read(pace.seconds);
    }
    if (pace.isDue("a line", 60)) {
      const levels = Object.entries(records).map(([name, { latest }]) => `${name} ${inMb(latest)}`);
      const minute = Math.round(pace.seconds / 60);
      say(`${minute} min: ${jobs.acknowledged} jobs, ${jobs.ids.size} open, ${levels.join(", ")}`);
    }
  }
  await flow.stop();
  await until("the open jobs to end", () => jobs.ids.size === 0, drainMs).catch(() => undefined);

  say(
    `${jobs.acknowledged} acknowledged, ${flow.refusals} refusals retried, ${outages.length} kills of Redis, ${killedWorkers.length - 1} of a worker: ${jobs.ids.size} lost`,
  );
  for (const [name, record] of Object.entries(records)) {
    const slope = record.slope();
    const growth =
      slope === undefined ? "too short to tell a slope" : `${inMb(slope)} more an hour`;
    say(`${name} ${inMb(record.latest)}, ${growth}`);
  }
  expect(jobs.acknowledged).toBeGreaterThan(0.8 * size.seconds * perSecond);
  expect([...jobs.ids]).toEqual([]);
  const services = [producer, steadyWorker, ...killedWorkers];
  expect(services.flatMap((service) => findUnexplained(service, outages))).toEqual([]);
  for (const record of Object.values(records)) {
    expect(record.slope() ?? 0).toBeLessThan(flatBytesPerHour);
  }
});

function say(text: string): void {
  process.stdout.write(`soak: ${text}\n`);
}

function inMb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
