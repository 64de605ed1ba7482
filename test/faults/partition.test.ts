import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { until } from "../support/until.ts";
import { fault, type Measure } from "./fault.ts";
import { openLedger } from "./ledger.ts";
import { tellProgress } from "./progress.ts";
import { readJobs } from "./queue-jobs.ts";
import { cut, openSeparateHosts, whyNoSeparateHosts } from "./separate-hosts.ts";

interface Partition {
  readonly seconds: number;
  /** Which packets are lost: both ways, or only what one of the two sends. */
  readonly lost: "either way" | "from Redis" | "from the worker";
}

/** Jobs that run when the network parts, for so long that some of it is spent apart. */
const inFlight = { count: 5, ms: 2_000 };
/**
 * Silence after which the worker gives a connection up. A shorter partition the connection outlives,
 * so that nothing is done twice; the price is TCP's growing time between two tries, which ends when
 * the silence, begun by the end of the first job, has lasted so long: up to 7 s after 10 s apart.
 */
const silenceSeconds = 15;
/** Jobs submitted meanwhile. */
const waiting = 20;

fault<{ readonly partitions: readonly Partition[] }>(
  {
    id: "F9",
    name: "the worker is cut off from Redis",
    obstacle: whyNoSeparateHosts(),
    short: { partitions: [{ seconds: 4, lost: "either way" }], timeoutMs: 60_000 },
    full: {
      partitions: [
        { seconds: 10, lost: "either way" },
        { seconds: 10, lost: "from Redis" },
        { seconds: 10, lost: "from the worker" },
        { seconds: 25, lost: "either way" },
        { seconds: 60, lost: "either way" },
      ],
      timeoutMs: 240_000,
    },
  },
  async ({ partitions }, measure) => {
    const judged: number[] = [];
    tellProgress(
      "F9",
      () =>
        `partitions of ${partitions.map(({ seconds }) => seconds).join()} s at once, judged: ${judged.join()}`,
    );
    await Promise.all(
      partitions.map(async (partition) => {
        await part(partition, measure);
        judged.push(partition.seconds);
      }),
    );
  },
);

async function part({ seconds, lost }: Partition, measure: Measure): Promise<void> {
  const hosts = await openSeparateHosts();
  const [producer] = await Promise.all([hosts.startProducer(), hosts.startWorker()]);
  const ledger = openLedger({ url: producer.url, redisUrl: hosts.redisUrlOutside });
  const jobs = () => readJobs(producer.metricsUrl);
  await ledger.submitMany(inFlight.count, inFlight.ms);
  await until("all to run", async () => (await jobs()).active === inFlight.count);

  const ways = { "from Redis": cut("redis", "worker"), "from the worker": cut("worker", "redis") };
  await hosts.drop(lost === "either way" ? Object.values(ways) : [ways[lost]]);
  const partedAt = performance.now();
  await ledger.submitMany(waiting, 0);
  await sleep(partedAt + seconds * 1_000 - performance.now());
  const { succeeded } = await jobs();
  expect(succeeded, "the worker was cut off").toBeLessThan(inFlight.count + waiting);
  const healedAt = performance.now();
  await hosts.heal();
  const outlived = seconds < silenceSeconds;
  const label = `${seconds} s without packets ${lost}`;
  await until("a job to end", async () => (await jobs()).succeeded > succeeded, 90_000);
  measure.atMost(
    `${label}: first job after`,
    outlived ? 7 : 3,
    (performance.now() - healedAt) / 1_000,
    "s",
  );
  await ledger.untilDrained(90_000);
  const audit = await ledger.audit();
  measure.exactly(`${label}: lost or failed`, 0, audit.lost.length + audit.failed.length);
  measure.atMost(`${label}: begun twice`, outlived ? 0 : inFlight.count, audit.duplicates);
}
