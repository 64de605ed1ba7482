import { expect } from "vitest";
import { paths } from "../../src/contract/paths.ts";
import type { OverviewSnapshot } from "../../src/producer/overview/snapshot.ts";
import { readJob, untilFinal } from "../support/client.ts";
import { forkSources, isolatedTasks } from "../support/fork.ts";
import { spawnProducer, spawnWorker } from "../support/processes.ts";
import { ownRedis } from "../support/redis.ts";
import { fault } from "./fault.ts";
import { type Ledger, openLedger } from "./ledger.ts";
import { tellProgress } from "./progress.ts";

/** Much shorter than the clocks are apart. */
const lockMs = 3_000;

/** Delays of 1, 2 and 4 s, each shortened by up to a half. */
const leastDelaySeconds = 3.5;
/** 7 s and what a busy machine takes: less than one shift by the 10 s that the clock is wrong. */
const mostDelaySeconds = 16;

/** How long the overview may take to count what has ended, by a clock that is 10 s ahead. */
const overviewMs = 15_000;

fault(
  {
    id: "F14",
    name: "the worker's clock is wrong by 10 s",
    short: { skewsMs: [-10_000], jobs: 20, jobMs: 500, timeoutMs: 90_000 },
    // Jobs that outlive their lock, unless it is renewed.
    full: { skewsMs: [10_000, -10_000], jobs: 20, jobMs: 7_000, timeoutMs: 150_000 },
  },
  async ({ skewsMs, jobs, jobMs }, measure) => {
    const sources = forkSources(isolatedTasks);
    const runs = skewsMs.map(async (skewMs) => {
      const redis = await ownRedis();
      const producer = await spawnProducer(redis.url, {}, sources);
      const worker = await spawnWorker(
        redis.url,
        {
          ...skewed(skewMs),
          WORKER_LOCK_MS: String(lockMs),
          WORKER_STALLED_CHECK_MS: "500",
          // A slot for each job, so that a retry waits for nothing but its delay.
          WORKER_CONCURRENCY: String(jobs + 1),
        },
        sources,
      );
      const ledger = openLedger({ url: producer.url, redisUrl: redis.url });
      tellProgress("F14", () => `${skewMs} ms: ${ledger.ended} of ${jobs} jobs seen to end`);
      const failing = await ledger.submit("quotient", { x: 1, y: 0, delayMs: 0 });
      const retried = timeRetries(producer.url, ledger);
      await ledger.submitMany(jobs - 1, jobMs);
      const retriedSeconds = await retried;
      await ledger.untilDrained(90_000);

      const job = await readJob(producer.url, failing);
      expect(Math.round(secondsBetween(job.created_at, job.finished_at) / 10)).toBe(
        skewMs / 10_000,
      );
      const counted = await countOnOverview(producer.url, jobs + 1);
      const [api, metrics, pages] = await Promise.all([
        readAll([`${producer.url}${paths.api}/${failing}`, `${producer.url}/readyz`]),
        readAll([`${producer.metricsUrl}/metrics`, `${worker.metricsUrl}/metrics`]),
        readAll([
          producer.url,
          `${producer.url}/jobs/${failing}`,
          `${producer.url}${paths.overview}`,
        ]),
      ]);
      const negatives = [
        ...[...api, JSON.stringify(counted)].flatMap((text) => text.match(/:-\d[\d.]*/g) ?? []),
        ...metrics.flatMap(
          (text) => text.match(/^(?!taskqueue_clock_skew_seconds)\w+(?:\{.*\})? -[\d.].*$/gm) ?? [],
        ),
        ...pages.flatMap((text) => text.match(/[\s>]-\d[\d.]*/g) ?? []),
      ];
      expect(negatives).toEqual([]);
      const { lost, stalls, duplicates } = await ledger.audit();
      return () => {
        const called = skewMs > 0 ? "ahead" : "behind";
        measure.exactly(`${called}: lost`, 0, lost.length);
        measure.exactly(`${called}: stalled or begun twice`, 0, stalls + duplicates);
        measure.atLeast(`${called}: three retries`, leastDelaySeconds, retriedSeconds, "s");
        measure.atMost(`${called}: three retries`, mostDelaySeconds, retriedSeconds, "s");
        measure.exactly(`${called}: negative metrics and durations`, 0, negatives.length);
        measure.exactly(
          `${called}: ended jobs that the overview misses`,
          0,
          jobs + 1 - endedIn(counted),
        );
      };
    });
    for (const tell of await Promise.all(runs)) tell();
  },
);

/** Seconds from the submission of a job to the end of its fourth attempt, all of which fail. */
async function timeRetries(url: string, ledger: Ledger): Promise<number> {
  const submittedAt = performance.now();
  await untilFinal(url, await ledger.submit("probe", { deed: "depend" }), 60_000);
  return (performance.now() - submittedAt) / 1_000;
}

function skewed(skewMs: number): Record<string, string> {
  const shim = new URL("./skewed-clock.ts", import.meta.url).pathname;
  return { NODE_OPTIONS: `--import=${shim}`, CLOCK_SKEW_MS: String(skewMs) };
}

function secondsBetween(from: string | undefined, to: string | undefined): number {
  return (Date.parse(to ?? "") - Date.parse(from ?? "")) / 1_000;
}

async function readAll(urls: readonly string[]): Promise<string[]> {
  return Promise.all(urls.map(async (url) => (await fetch(url)).text()));
}

/** The overview's snapshot once it has counted so many ended jobs, or the last one within its time. */
async function countOnOverview(url: string, jobs: number): Promise<OverviewSnapshot | undefined> {
  const response = await fetch(`${url}${paths.overviewEvents}`, {
    signal: AbortSignal.timeout(overviewMs),
  });
  let text = "";
  let last: OverviewSnapshot | undefined;
  try {
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString();
      for (const event of text.split("\n\n").slice(0, -1)) {
        const data = /^data: (.*)$/m.exec(event)?.[1];
        if (data !== undefined) last = (JSON.parse(data) as OverviewSnapshot[]).at(-1);
      }
      if (endedIn(last) >= jobs) break;
    }
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
  return last;
}

function endedIn(snapshot: OverviewSnapshot | undefined): number {
  const { succeeded = 0, failed = 0 } = snapshot?.last_minute ?? {};
  return succeeded + failed;
}
