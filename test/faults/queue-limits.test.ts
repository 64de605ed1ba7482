import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { onTestFinished } from "vitest";
import { openRedis } from "../../src/queue/connection.ts";
import { createRandomId } from "../../src/queue/job-id.ts";
import { createQueue } from "../../src/queue/queue.ts";
import { programEnvironment } from "../support/program-environment.ts";
import { asService, ownRedis } from "../support/redis.ts";
import { createTemporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/until.ts";
import { fault } from "./fault.ts";
import { countAtOnce, countBegunWithin, type JobRun } from "./job-runs.ts";
import { limitedQueues, limits } from "./limited-queues.ts";
import { tellProgress } from "./progress.ts";

const main = fileURLToPath(new URL("./limited-worker-main.ts", import.meta.url));
const killEveryMs = 2_000;
/** What lies between Redis' count and the first line of a task. */
const jitterMs = 100;

fault(
  {
    id: "F26",
    name: "three workers of a queue with limits are killed in turn, every two seconds",
    short: { jobs: 30, timeoutMs: 90_000 },
    full: { jobs: 500, timeoutMs: 300_000 },
  },
  async ({ jobs }, measure) => {
    const redis = await ownRedis();
    const runsFile = join(createTemporaryFolder(), "runs");
    const readRuns = () =>
      existsSync(runsFile)
        ? readFileSync(runsFile, "utf8")
            .split("\n")
            .filter((line) => line !== "")
            .map((line): JobRun => JSON.parse(line))
        : [];
    const connection = openRedis({ url: redis.url, password: undefined }, "background");
    connection.on("error", () => undefined);
    onTestFinished(() => connection.disconnect());
    const [limited, free] = (["limited", "free"] as const).map((name) =>
      createQueue(connection, name, limitedQueues[name]),
    ) as [Queue, Queue];
    await addJobs(limited, jobs);

    const workers = [1, 2, 3].map(() => startWorker(redis.url, runsFile));
    onTestFinished(() => {
      for (const worker of workers) worker.kill("SIGKILL");
    });
    const counted = { added: 0, kills: 0 };
    const ended = () => limited.getJobCounts("completed", "failed");
    let done = 0;
    tellProgress("F26", () => `${counted.kills} kills, ${done} of ${jobs} jobs have ended`);
    await until("the first job", () => readRuns().length > 0);
    while (done < jobs) {
      // One that takes its time to start, as where processors are busy, is waited for: without any
      // worker all jobs wait, and one that meets six kills has failed, as is promised.
      const begun = () => workers.every(({ pid }) => readRuns().some((run) => run.pid === pid));
      for (const end = Date.now() + killEveryMs; Date.now() < end || !begun();) {
        await addJobs(free, 1);
        counted.added += 1;
        await sleep(100);
      }
      const victim = counted.kills % workers.length;
      await kill(workers[victim], runsFile);
      workers[victim] = startWorker(redis.url, runsFile);
      counted.kills += 1;
      const { completed = 0, failed = 0 } = await ended();
      done = completed + failed;
    }
    await until("the other queue's jobs", async () => {
      const { completed = 0, failed = 0 } = await free.getJobCounts("completed", "failed");
      return completed + failed === counted.added;
    });

    const runs = readRuns();
    const seconds = (last(runs, "limited") - first(runs, "limited")) / 1_000;
    measure.atMost("jobs at once (limit)", limits.concurrency, countAtOnce(runs, "limited"));
    measure.atMost(
      "begun in any second (twice the limit)",
      2 * limits.rate.max,
      countBegunWithin(runs, "limited", limits.rate.perMs - jitterMs),
    );
    measure.atLeast("jobs a second", 0.5 * limits.rate.max, jobs / seconds, "/s");
    measure.exactly("lost or failed", 0, jobs - ((await ended())["completed"] ?? 0));
    measure.atMost("the other queue's wait, p95", 500, await readWait(free, connection), "ms");
  },
);

async function addJobs(queue: Queue, count: number): Promise<void> {
  await queue.addBulk(
    Array.from({ length: count }, (_, n) => ({
      name: queue.name,
      data: { n },
      opts: { jobId: createRandomId() },
    })),
  );
}

function startWorker(redisUrl: string, runsFile: string): ChildProcess {
  return spawn(process.execPath, [main], {
    env: {
      ...programEnvironment,
      REDIS_URL: asService("worker", redisUrl),
      RUNS_FILE: runsFile,
      WORKER_LOCK_MS: "2000",
      WORKER_STALLED_CHECK_MS: "500",
      LOG_LEVEL: "fatal",
    },
    stdio: ["ignore", "inherit", "inherit"],
  });
}

async function kill(worker: ChildProcess | undefined, runsFile: string): Promise<void> {
  if (worker?.pid === undefined) throw new Error("expected a worker that has started");
  const gone = once(worker, "exit");
  worker.kill("SIGKILL");
  await gone;
  const killed: JobRun = { kind: "kill", at: Date.now(), pid: worker.pid };
  appendFileSync(runsFile, `${JSON.stringify(killed)}\n`);
}

const timesOf = (runs: readonly JobRun[], queue: string) =>
  runs.filter((run) => run.queue === queue).map(({ at }) => at);

function first(runs: readonly JobRun[], queue: string): number {
  return Math.min(...timesOf(runs, queue));
}

function last(runs: readonly JobRun[], queue: string): number {
  return Math.max(...timesOf(runs, queue));
}

/** In ms, what 95 % of the jobs that were begun but once did not wait longer than. */
async function readWait(queue: Queue, redis: Redis): Promise<number> {
  const ids = await redis.zrange(queue.toKey("completed"), 0, "-1");
  const hashes = await Promise.all(
    ids.map((id) => redis.hmget(queue.toKey(id), "timestamp", "processedOn", "ats")),
  );
  const waits = hashes
    .filter(([, , starts]) => starts === "1")
    .map(([addedAt, begunAt]) => Number(begunAt) - Number(addedAt))
    .toSorted((a, b) => a - b);
  return waits[Math.floor(0.95 * waits.length)] ?? Number.NaN;
}
