import { untilReady } from "../support/client.ts";
import { spawnProducer, spawnWorker } from "../support/processes.ts";
import { ownRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";
import { fault } from "./fault.ts";
import { openLedger } from "./ledger.ts";
import { tellProgress } from "./progress.ts";

/** So many that the load does not pile up. */
const env = { WORKER_CONCURRENCY: "50" };

fault(
  {
    id: "D1",
    name: "workers are replaced under load: the new one starts, the old one gets SIGTERM",
    short: { replacements: 1, jobsEach: 30, jobMs: 200, clients: 2, timeoutMs: 60_000 },
    full: { replacements: 5, jobsEach: 300, jobMs: 200, clients: 4, timeoutMs: 120_000 },
  },
  async ({ replacements, jobsEach, jobMs, clients }, measure) => {
    const redis = await ownRedis();
    const producer = await spawnProducer(redis.url);
    const ledger = openLedger({ url: producer.url, redisUrl: redis.url });
    let old = await spawnWorker(redis.url, env);
    const codes: (number | null)[] = [];
    tellProgress(
      "D1",
      () =>
        `${codes.length} replaced, ${ledger.acknowledged.length} jobs sent, ${ledger.ended} seen to end`,
    );

    const stopLoad = ledger.keepSubmitting(jobMs, clients);
    while (codes.length < replacements) {
      const before = ledger.acknowledged.length;
      await until("some jobs", () => ledger.acknowledged.length >= before + jobsEach);
      const young = await spawnWorker(redis.url, env);
      await untilReady(young.metricsUrl);
      codes.push(await old.stop("SIGTERM"));
      old = young;
    }
    await stopLoad();
    await ledger.untilDrained(60_000);
    const { lost, failed, stalls, duplicates } = await ledger.audit();
    measure.atLeast("acknowledged meanwhile", replacements * jobsEach, ledger.acknowledged.length);
    measure.exactly(
      "old workers that exit with 0",
      replacements,
      codes.filter((code) => code === 0).length,
    );
    measure.exactly("answers of 503", 0, ledger.refusals);
    measure.exactly("lost", 0, lost.length);
    measure.exactly("failed", 0, failed.length);
    measure.exactly("stalled", 0, stalls);
    measure.exactly("begun twice", 0, duplicates);
  },
);
