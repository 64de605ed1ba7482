import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Agent } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pino } from "pino";
import type { JobFilter } from "../../src/contract/job-filter.ts";
import { paths } from "../../src/contract/paths.ts";
import { jobSorts } from "../../src/producer/explorer/job-index.ts";
import { openJobIndex } from "../../src/producer/explorer/open-job-index.ts";
import { openRedis } from "../../src/queue/connection.ts";
import { createRandomId } from "../../src/queue/job-id.ts";
import { createQueue } from "../../src/queue/queue.ts";
import { ask } from "../support/ask.ts";
import { untilReady } from "../support/client.ts";
import { reservePort } from "../support/ports.ts";
import { median, quantile } from "../support/quantiles.ts";
import { startRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";
import { startWorker, thisCheckout } from "./services.ts";

const kept = 100_000;
const rounds = 16;
/** Half of what the clients would get if they sent as soon as they were answered: a busy processor alone makes waits long. */
const load = { clients: 4, everyMs: 16, forMs: 4_000 } as const;

// What an index of 100,000 kept jobs takes to build and to ask, and what it costs those who submit:
// producers with and without one take turns at one Redis with a worker.
const server = await startRedis();
const redis = openRedis({ url: server.url, password: undefined }, "background");
const queue = createQueue(redis);
let address = 0;
try {
  await keepJobs();
  await askIndex();
  await compareSubmissions();
} finally {
  redis.disconnect();
  await server.remove();
}

/** Jobs as a worker leaves them: one in twenty has failed. */
async function keepJobs(): Promise<void> {
  const now = Date.now();
  for (let first = 0; first < kept; first += 1_000) {
    const keeping = redis.pipeline();
    for (let i = first; i < first + 1_000; i += 1) {
      const id = createRandomId();
      const at = now - (kept - i) * 500;
      const isFailed = i % 20 === 0;
      keeping.hset(queue.toKey(id), {
        name: `task-${i % 10}`,
        data: JSON.stringify({ x: i, y: 2 }),
        opts: JSON.stringify({ attempts: 4, backoff: { type: "exponential", delay: 1_000 } }),
        timestamp: at - 50,
        processedOn: at - 10,
        finishedOn: at,
        atm: 1,
        ats: 1,
        pb: "ip-10-0-1-7@a1b2c3d-0123456789",
        ...(isFailed
          ? { failedReason: `timeout: ran longer than ${i} s`, stacktrace: '["Error: x"]' }
          : { returnvalue: JSON.stringify({ value: i / 2 }) }),
      });
      keeping.zadd(queue.toKey(isFailed ? "failed" : "completed"), at, id);
    }
    await keeping.exec();
  }
}

async function askIndex(): Promise<void> {
  const startedAt = performance.now();
  const index = openJobIndex({
    redis: { url: server.url, password: undefined, passwordFile: undefined },
    queues: [queue.name],
    log: pino({ level: "silent" }),
  });
  const before = await readRedisMs();
  await until("the index", async () => (await index.standing()).jobs === kept, 120_000);
  const builtMs = performance.now() - startedAt;
  const { bytes } = await index.standing();
  const spent = (await readRedisMs()) - before;
  say(`built in ${(builtMs / 1_000).toFixed(1)} s, ${spent.toFixed(0)} ms of Redis`);
  say(`${(bytes / 1e6).toFixed(0)} MB for ${kept} jobs`);
  const filters: Readonly<Record<string, JobFilter>> = {
    all: {},
    state: { states: ["failed"] },
    task: { task: "task-3" },
    class: { failureClass: "timeout" },
    time: { fromMs: Date.now() - 3_600_000 },
    nothing: { task: "task-3", failureClass: "overflow" },
  };
  for (const [name, filter] of Object.entries(filters)) {
    for (const sort of jobSorts) {
      const times: number[] = [];
      for (let turn = 0; turn < 9; turn += 1) {
        const askedAt = performance.now();
        await Promise.all([index.page(filter, sort, undefined, 50), index.counts(filter)]);
        times.push(performance.now() - askedAt);
      }
      say(
        `${name} by ${sort}: ${median(times).toFixed(1)} ms, at most ${Math.max(...times).toFixed(1)} ms`,
      );
    }
  }
  const askedAt = performance.now();
  await index.groups({});
  say(`groups: ${(performance.now() - askedAt).toFixed(1)} ms`);
  await index.close();
}

async function compareSubmissions(): Promise<void> {
  const worker = await startWorker(server.url);
  const found = { on: [] as number[], off: [] as number[] };
  const costs = { on: [] as number[], off: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    for (const index of round % 2 === 0 ? (["on", "off"] as const) : (["off", "on"] as const)) {
      const producer = await startProducer(index);
      const before = await readRedisMs();
      const over = performance.now() + load.forMs;
      const work = Array.from({ length: load.clients }, () => submitUntil(producer.url, over));
      const durations = (await Promise.all(work)).flat();
      const p99 = quantile(durations, 0.99);
      found[index].push(p99);
      const spentUs = (1_000 * ((await readRedisMs()) - before)) / durations.length;
      costs[index].push(spentUs);
      process.stderr.write(
        `round ${round + 1}, ${index}: p99 ${p99.toFixed(1)} ms of ${durations.length}, Redis ${spentUs.toFixed(0)} us a job\n`,
      );
      producer.child.kill("SIGKILL");
      await once(producer.child, "exit");
    }
  }
  await worker.stop();
  const ratios = found.on.map((p99, round) => p99 / (found.off[round] ?? Number.NaN));
  say(
    `p99 of a submission: ${median(found.on).toFixed(1)} ms with an index, ${median(found.off).toFixed(1)} ms without, ${median(ratios).toFixed(2)} of it`,
  );
  say(
    `Redis takes ${median(costs.on).toFixed(0)} us a job with an index, ${median(costs.off).toFixed(0)} us without`,
  );
}

/** A producer that has read all jobs, if it is to have an index. */
async function startProducer(index: "on" | "off"): Promise<{ url: string; child: ChildProcess }> {
  const [port, board, metrics] = await Promise.all([reservePort(), reservePort(), reservePort()]);
  const environment = {
    REDIS_URL: server.url,
    PUBLIC_PORT: String(port),
    BOARD_PORT: String(board),
    PRODUCER_METRICS_PORT: String(metrics),
    BOARD_PASSWORD: "correct horse",
    RATE_LIMIT_PER_MINUTE: "1000000",
    READ_LIMIT_PER_MINUTE: "1000000",
    MAX_UNFINISHED_PER_CLIENT: "10000",
    LOG_LEVEL: "warn",
  };
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, "explorer-producer.ts"), JSON.stringify(environment), index],
    { cwd: thisCheckout, stdio: ["ignore", "ignore", "inherit"] },
  );
  const url = `http://127.0.0.1:${port}`;
  await untilReady(url);
  if (index === "on") {
    const authorization = `Basic ${btoa("admin:correct horse")}`;
    await until(
      "its index",
      async () => {
        const headers = { authorization, accept: "application/json" };
        const answer = await fetch(`http://127.0.0.1:${board}/jobs?limit=1`, { headers });
        const { index: standing } = (await answer.json()) as { index: { phase: string } };
        return standing.phase === "following";
      },
      120_000,
    );
  }
  return { url, child };
}

async function submitUntil(url: string, over: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  address += 1;
  const localAddress = `127.0.${Math.floor(address / 250)}.${(address % 250) + 2}`;
  const durations: number[] = [];
  while (performance.now() < over) {
    const sentAt = performance.now();
    const input = { x: 10, y: 2 };
    const options = { agent, localAddress, method: "POST" };
    const { status } = await ask(url + paths.api, options, { task: "divide", input });
    if (status !== 202) throw new Error(`expected 202, got ${status}`);
    const durationMs = performance.now() - sentAt;
    durations.push(durationMs);
    await sleep(Math.max(0, load.everyMs - durationMs));
  }
  agent.destroy();
  return durations;
}

/** Processor time in ms that Redis' main thread has taken, whoever else wanted the processor. */
async function readRedisMs(): Promise<number> {
  const told = await redis.info("cpu");
  const seconds = ["sys", "user"].map((kind) =>
    Number(new RegExp(`used_cpu_${kind}_main_thread:([\\d.]+)`).exec(told)?.[1] ?? Number.NaN),
  );
  return 1_000 * seconds.reduce((sum, one) => sum + one, 0);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
