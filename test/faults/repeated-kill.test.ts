import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { spawnProducer, spawnWorker } from "../support/processes.ts";
import { ownRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";
import { readActiveJobs } from "./active-jobs.ts";
import { fault } from "./fault.ts";
import { openLedger } from "./ledger.ts";
import { tellProgress } from "./progress.ts";

fault(
  {
    id: "F2",
    name: "workers are killed again and again while they run long jobs",
    // All jobs run at once, so that every kill hits each: as often as the README promises to bear.
    short: {
      jobs: 6,
      jobMs: 1_500,
      kills: 5,
      slots: 6,
      killAfterMs: 0,
      lockMs: 3_000,
      timeoutMs: 90_000,
    },
    // Jobs take longer than a worker lives, and a lock shorter than two lives.
    full: {
      jobs: 120,
      jobMs: 6_000,
      kills: 6,
      slots: 20,
      killAfterMs: 3_500,
      lockMs: 5_000,
      timeoutMs: 240_000,
    },
  },
  async ({ jobs, jobMs, kills, slots, killAfterMs, lockMs }, measure) => {
    const redis = await ownRedis();
    const producer = await spawnProducer(redis.url);
    const ledger = openLedger({ url: producer.url, redisUrl: redis.url });
    const env = {
      WORKER_CONCURRENCY: String(slots),
      WORKER_LOCK_MS: String(lockMs),
      WORKER_STALLED_CHECK_MS: String(lockMs / 5),
    };
    let killed = 0;
    tellProgress("F2", () => `${killed} kills, ${ledger.ended} of ${jobs} jobs seen to end`);

    await ledger.submitMany(jobs, jobMs);
    for (; killed < kills; killed += 1) {
      const worker = await spawnWorker(redis.url, env);
      await until("every slot to be taken", async () => (await readActiveJobs(worker)) === slots);
      await sleep(killAfterMs);
      await worker.stop("SIGKILL");
    }
    await spawnWorker(redis.url, env);
    await ledger.untilDrained(150_000);
    const { lost, failed, duplicates, stalls } = await ledger.audit();
    // A job that ends in the moment of the kill is the exception.
    expect(stalls, "hardly a kill hit running jobs").toBeGreaterThan(kills * slots * 0.8);
    measure.exactly("lost", 0, lost.length);
    measure.exactly("failed", 0, failed.length);
    measure.atMost("begun twice (kills x slots)", kills * slots, duplicates);
  },
);
