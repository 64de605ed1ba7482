import { expect } from "vitest";
import { spawnProducer, spawnWorker } from "../support/processes.ts";
import { ownRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";
import { readActiveJobs } from "./active-jobs.ts";
import { fault, type Measure } from "./fault.ts";
import { openLedger } from "./ledger.ts";
import { tellProgress } from "./progress.ts";

const slots = 10;

/** Time that a worker may need beyond its drain time, to hand jobs back. */
const handBackSeconds = 5;

interface Stop {
  readonly jobMs: number;
  readonly drainMs: number;
}

fault<{ readonly finishing: Stop; readonly handedBack: Stop }>(
  {
    id: "F17",
    name: "SIGTERM to a worker at work",
    short: {
      finishing: { jobMs: 3_000, drainMs: 45_000 },
      handedBack: { jobMs: 20_000, drainMs: 500 },
      timeoutMs: 90_000,
    },
    full: {
      finishing: { jobMs: 4_000, drainMs: 45_000 },
      handedBack: { jobMs: 20_000, drainMs: 5_000 },
      timeoutMs: 120_000,
    },
  },
  async ({ finishing, handedBack }, measure) => {
    await stopAtWork(finishing, slots, measure);
    await stopAtWork(handedBack, 0, measure);
  },
);

/** Stops a worker whose slots are full while as many jobs wait; `finish` of them are to succeed. */
async function stopAtWork({ jobMs, drainMs }: Stop, finish: number, measure: Measure) {
  const redis = await ownRedis();
  const producer = await spawnProducer(redis.url);
  const ledger = openLedger({ url: producer.url, redisUrl: redis.url });
  const worker = await spawnWorker(redis.url, { WORKER_DRAIN_MS: String(drainMs) });
  await ledger.submitMany(2 * slots, jobMs);
  await until("every slot to be taken", async () => (await readActiveJobs(worker)) === slots);
  tellProgress("F17", () => `waiting for ${slots} jobs of ${jobMs} ms after SIGTERM`);

  const stoppedAt = performance.now();
  const code = await worker.stop("SIGTERM");
  const seconds = (performance.now() - stoppedAt) / 1_000;
  const { lost, failed, queued, succeeded, starts, attempts } = await ledger.audit();
  expect([code, succeeded, queued]).toEqual([0, finish, 2 * slots - finish]);
  const of = `jobs of ${jobMs / 1_000} s, drain time ${drainMs / 1_000} s`;
  measure.atMost(`${of}: exit`, drainMs / 1_000 + handBackSeconds, seconds, "s");
  measure.exactly(`${of}: begun after the signal`, 0, starts - slots);
  measure.exactly(`${of}: lost or failed`, 0, lost.length + failed.length);
  measure.exactly(`${of}: attempts spent by what goes back`, 0, attempts - succeeded);
}
