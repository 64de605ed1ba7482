import { fault } from "./fault.ts";
import { openLedger } from "./ledger.ts";
import { tellProgress } from "./progress.ts";
import { openSeparateHosts, whyNoSeparateHosts } from "./separate-hosts.ts";

fault<{ readonly jobs: number }>(
  {
    id: "F10",
    name: "Redis is 100 ms away and 1 % of the packets are lost",
    obstacle: whyNoSeparateHosts(),
    short: { jobs: 100, timeoutMs: 60_000 },
    full: { jobs: 2_000, timeoutMs: 180_000 },
  },
  async ({ jobs }, measure) => {
    const hosts = await openSeparateHosts();
    const redisUrl = await hosts.openLongWay({ roundTripMs: 100, lossPercent: 1 });
    const [producer] = await Promise.all([
      hosts.startProducer(redisUrl),
      hosts.startWorker(redisUrl),
    ]);
    const ledger = openLedger({ url: producer.url, redisUrl: hosts.redisUrlOutside });
    // Connects, and is refused until it has.
    await ledger.submitMany(1, 0);
    const refusedBefore = ledger.refusals;
    tellProgress(
      "F10",
      () => `${ledger.acknowledged.length} of ${jobs} taken, ${ledger.ended} ended`,
    );

    // Each service has one connection, which a lost packet holds up for 200 ms: nothing gets lost, but
    // some 30 jobs a second are the most there is.
    const startedAt = performance.now();
    await ledger.submitMany(jobs, 0);
    const seconds = (performance.now() - startedAt) / 1_000;
    measure.atLeast("jobs that 16 clients submit", 10, jobs / seconds, "/s");
    measure.exactly("submissions refused", 0, ledger.refusals - refusedBefore);
    await ledger.untilDrained(60_000);
    const total = (performance.now() - startedAt) / 1_000;
    measure.atLeast("jobs through the whole queue", 10, jobs / total, "/s");
    const { lost, failed, duplicates, stalls } = await ledger.audit();
    measure.exactly(
      "lost, failed, begun twice or stalled",
      0,
      lost.length + failed.length + duplicates + stalls,
    );
  },
);
