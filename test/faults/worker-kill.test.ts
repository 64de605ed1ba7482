import { expect } from "vitest";
import { spawnProducer, spawnWorker } from "../support/processes.ts";
import { ownRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";
import { readActiveJobs } from "./active-jobs.ts";
import { fault } from "./fault.ts";
import { openLedger } from "./ledger.ts";
import { tellProgress } from "./progress.ts";

interface Size {
  readonly jobs: number;
  readonly jobMs: number;
  readonly kills: number;
  readonly concurrency: number;
  /** How jobs of a worker that vanished are found; `{}` is what is shipped: after 30 to 35 s. */
  readonly recovery: Record<string, string>;
}

const quickRecovery = { WORKER_LOCK_MS: "3000", WORKER_STALLED_CHECK_MS: "500" };

fault<Size>(
  {
    id: "F1",
    name: "workers are killed under load",
    short: {
      jobs: 210,
      jobMs: 250,
      kills: 3,
      concurrency: 10,
      recovery: quickRecovery,
      timeoutMs: 90_000,
    },
    full: { jobs: 4_000, jobMs: 150, kills: 10, concurrency: 20, recovery: {}, timeoutMs: 240_000 },
  },
  async ({ jobs, jobMs, kills, concurrency, recovery }, measure) => {
    const redis = await ownRedis();
    const producer = await spawnProducer(redis.url);
    const ledger = openLedger({ url: producer.url, redisUrl: redis.url });
    const env = { ...recovery, WORKER_CONCURRENCY: String(concurrency) };
    let killed = 0;
    tellProgress("F1", () => `${killed} kills, ${ledger.ended} of ${jobs} jobs seen to end`);

    for (; killed < kills; killed += 1) {
      const worker = await spawnWorker(redis.url, env);
      const busy = async () => (await readActiveJobs(worker)) === concurrency;
      await Promise.all([
        ledger.submitMany(jobs / kills, jobMs),
        until("every slot to be taken", busy).then(() => worker.stop("SIGKILL")),
      ]);
    }
    const lastKillAt = performance.now();
    await spawnWorker(redis.url, env);
    await ledger.untilDrained(120_000);
    const drained = (performance.now() - lastKillAt) / 1_000;
    const { lost, failed, duplicates } = await ledger.audit();
    expect(duplicates, "no kill hit a running job").toBeGreaterThan(kills);
    measure.exactly("acknowledged jobs", jobs, ledger.acknowledged.length);
    measure.exactly("lost", 0, lost.length);
    measure.exactly("failed", 0, failed.length);
    measure.atMost("begun twice (kills x slots)", kills * concurrency, duplicates);
    measure.atMost("drained after the last kill", 45, drained, "s");
  },
);
