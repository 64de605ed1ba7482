import { spawnProducer, spawnWorker } from "../support/processes.ts";
import { ownRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";
import { readActiveJobs } from "./active-jobs.ts";
import { fault } from "./fault.ts";
import { openLedger } from "./ledger.ts";
import { tellProgress } from "./progress.ts";

/** After these the services give up waiting and exit. */
const producerDeadlineSeconds = 10;
const drainSeconds = 1;
const workerDeadlineSeconds = drainSeconds + 10;

const outages = [
  { signal: "SIGKILL", called: "down" },
  { signal: "SIGSTOP", called: "frozen" },
] as const;

fault(
  {
    id: "F18",
    name: "SIGTERM while Redis is away",
    short: { outages: outages.slice(0, 1), timeoutMs: 60_000 },
    full: { outages, timeoutMs: 120_000 },
  },
  async (size, measure) => {
    for (const { signal, called } of size.outages) {
      const redis = await ownRedis();
      const producer = await spawnProducer(redis.url);
      const worker = await spawnWorker(redis.url, { WORKER_DRAIN_MS: `${drainSeconds * 1_000}` });
      const ledger = openLedger({ url: producer.url, redisUrl: redis.url });
      await ledger.submitMany(2, 60_000);
      await until("two jobs to run", async () => (await readActiveJobs(worker)) === 2);
      await redis.signal(signal);
      await until(
        "the outage to be seen",
        async () => !(await fetch(`${worker.metricsUrl}/readyz`)).ok,
      );
      tellProgress("F18", () => `waiting for producer and worker to exit, Redis is ${called}`);

      const exit = async (service: typeof producer | typeof worker) => {
        const stoppedAt = performance.now();
        const code = await service.stop("SIGTERM");
        return { code, seconds: (performance.now() - stoppedAt) / 1_000 };
      };
      const [producerExit, workerExit] = await Promise.all([exit(producer), exit(worker)]);
      measure.atMost(
        `${called}: producer exits`,
        producerDeadlineSeconds,
        producerExit.seconds,
        "s",
      );
      measure.atMost(`${called}: worker exits`, workerDeadlineSeconds, workerExit.seconds, "s");
      const clean = [producerExit, workerExit].filter(({ code }) => code === 0);
      measure.exactly(`${called}: exit codes of 0`, 2, clean.length);
      await redis.signal("SIGCONT");
      await redis.signal("SIGKILL");
    }
  },
);
