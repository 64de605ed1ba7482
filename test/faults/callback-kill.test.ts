import { spawnProducer, spawnWorker } from "../support/processes.ts";
import { ownRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";
import { readActiveJobs } from "./active-jobs.ts";
import { openCallbackLog } from "./callback-log.ts";
import { fault } from "./fault.ts";
import { openLedger } from "./ledger.ts";
import { tellProgress } from "./progress.ts";

const workerEnv = {
  WORKER_CONCURRENCY: "5",
  WORKER_LOCK_MS: "3000",
  WORKER_STALLED_CHECK_MS: "500",
};
const producerEnv = {
  CALLBACK_SECRET: Buffer.alloc(32, "a").toString("base64"),
  CALLBACK_ALLOWED: "127.0.0.1",
};
/** Requests that two producers have under way to one host. */
const atOnce = 8;

fault(
  {
    id: "F28",
    name: "producers, workers and Redis are killed while callbacks are delivered",
    short: { rounds: 1, jobsEach: 40, jobMs: 400, timeoutMs: 240_000 },
    full: { rounds: 6, jobsEach: 100, jobMs: 400, timeoutMs: 400_000 },
  },
  async ({ rounds, jobsEach, jobMs }, measure) => {
    const redis = await ownRedis();
    const [staying, first] = await Promise.all([
      spawnProducer(redis.url, producerEnv),
      spawnProducer(redis.url, producerEnv),
    ]);
    let leaving = first;
    let worker = await spawnWorker(redis.url, workerEnv);
    const log = await openCallbackLog();
    const ledger = openLedger({ url: staying.url, redisUrl: redis.url, callbackUrl: log.url });
    let round = 0;
    tellProgress("F28", () => `round ${round + 1}, ${log.told.size} jobs told of`);

    for (; round < rounds; round += 1) {
      log.hold();
      await ledger.submitMany(jobsEach / 2, jobMs);
      await until("both producers to wait for answers", () => log.waiting === atOnce);
      // Not all at first: on a slow machine they would have run by now, and the worker has to run some when it is killed.
      await ledger.submitMany(jobsEach / 2, jobMs);
      await until("jobs to run", async () => (await readActiveJobs(worker)) > 0);
      const before = log.cutOff;
      await Promise.all([leaving.stop("SIGKILL"), worker.stop("SIGKILL")]);
      await until("its requests to be cut off", () => log.cutOff > before);
      await redis.signal("SIGKILL");
      // What the other producer hears now it cannot note.
      log.release();
      await redis.start();
      [leaving, worker] = await Promise.all([
        spawnProducer(redis.url, producerEnv),
        spawnWorker(redis.url, workerEnv),
      ]);
    }
    const lastKillAt = performance.now();
    await ledger.untilDrained(120_000);
    await log.untilTold(ledger.acknowledged.length, 120_000);
    const toldAfter = (performance.now() - lastKillAt) / 1_000;
    const { lost, failed } = await ledger.audit();
    const taken = [...log.taken.values()].reduce((sum, count) => sum + count, 0);
    measure.exactly("acknowledged jobs", rounds * jobsEach, ledger.acknowledged.length);
    measure.exactly("lost or failed", 0, lost.length + failed.length);
    measure.atLeast("requests cut off by kills", rounds, log.cutOff);
    measure.exactly("ends that nobody was told of", 0, rounds * jobsEach - log.told.size);
    measure.exactly("ends told by more than one id", 0, log.taken.size - log.told.size);
    measure.atMost("told twice (under way at a kill)", rounds * atOnce, taken - log.taken.size);
    measure.atLeast("wait after a refusal, shortest", 4, Math.min(...log.waitsMs) / 1_000, "s");
    measure.atMost("told after the last kill, last", 60, toldAfter, "s");
  },
);
