/**
 * From which values on something matters, for alerts and panels alike: an alert fires beyond `limit`,
 * where its panels turn red; panels turn yellow from `warning` on. Each name ends in its unit; a ratio
 * goes from 0 to 1.
 */

import { defaultQueue, heartbeatEverySeconds, queues } from "../src/contract/queues.ts";
import { missedAfterSeconds } from "../src/contract/schedules.ts";

/** Share of jobs that start within their queue's `startWithinSeconds`. */
export const startedInTimeRatio = 0.99;

/** Where one figure has to do for all queues, as colours of panels, it is that of the default queue. */
const usualSeconds = queues[defaultQueue].startWithinSeconds;

/**
 * Multiples of the pace at which a month's error budget is just used up, each over a long window,
 * and over a short one that says whether it still goes on: "Alerting on SLOs" in Google's SRE
 * workbook, table 5-8.
 */
export const burnRates = {
  fast: [
    { factor: 14.4, long: "1h", short: "5m" },
    { factor: 6, long: "6h", short: "30m" },
  ],
  slow: [
    { factor: 3, long: "1d", short: "2h" },
    { factor: 1, long: "3d", short: "6h" },
  ],
} as const;

/** Late jobs within the long window that are no accident. */
export const minLateJobs = 10;

/** Share of callbacks' tries within 15 minutes that fail, of so many at least: some receivers are always away. */
export const callbackFailureRatio = { warning: 0.25, limit: 0.5, minTries: 20 } as const;

/**
 * Share of a target's scrapes within five minutes that succeed. A restart within a minute costs four
 * of twenty; a crash loop, or a blocked event loop, costs more than half of them.
 */
export const scrapedRatio = { warning: 0.7, critical: 0.5 } as const;

/** Starts of one process within 15 minutes: a release starts it once, its rollback once more. */
export const maxStarts = 2;

export interface Limits {
  readonly warning: number;
  readonly limit: number;
}

/** How long the oldest job may have waited, of a queue whose jobs start within so many seconds. */
export function oldestWaitingOf(startWithinSeconds: number) {
  return {
    warning: startWithinSeconds,
    limit: 6 * startWithinSeconds,
    /** Submitters have noticed. */
    extreme: 60 * startWithinSeconds,
  };
}

export const oldestWaitingSeconds = oldestWaitingOf(usualSeconds);

/** Time that the backlog takes to drain: the last of it waits as long. */
export const drainSeconds: Limits = {
  warning: oldestWaitingSeconds.limit,
  limit: oldestWaitingSeconds.extreme,
};

/** Time from ready to run until the first attempt, p95. */
export const waitP95Seconds: Limits = {
  warning: usualSeconds / 2,
  limit: usualSeconds,
};

/** Alone it is no trouble: the alert fires beyond `warning` when the backlog grows, too. */
export const backlogJobs: Limits = { warning: 100, limit: 1_000 };

/** Share of the workers' slots in use. Beyond `warning`, waits grow out of proportion. */
export const utilizationRatio: Limits = { warning: 0.7, limit: 0.9 };

/** Share of jobs that fail for good; of fewer jobs than `minJobs` the alert takes no ratio. */
export const failureRatio = { warning: 0.01, limit: 0.05, minJobs: 10 } as const;

/** Share of a worker's attempts that are tried again; of fewer retries than `minRetries` none is taken. */
export const retryRatio = { limit: 0.25, minRetries: 10 } as const;

/** Mistakes of submitters within 15 minutes, by task and class. */
export const mistakeJobs = 50;

/** An attempt's p95 over yesterday's, where there were at least `minJobs`; quick ones vary by more. */
export const slowdown = { factor: 2, minJobs: 20, minSeconds: 0.5 } as const;

/** Since the last heartbeat. */
export const heartbeatAgeSeconds: Limits = {
  warning: 3 * heartbeatEverySeconds,
  limit: 6 * heartbeatEverySeconds,
};

/** Since the slot of a schedule that has no job: beyond a minute it is missed. */
export const scheduleLateSeconds = { limit: 2 * missedAfterSeconds } as const;

export const runningJobSeconds: Limits = { warning: 90, limit: 600 };

/** Share of valid submissions that are answered with 503; of fewer than `minJobs` none is taken. */
export const refusedRatio = { limit: 0.05, minJobs: 5 } as const;

/** Share of requests answered with 5xx. */
export const requestErrorRatio: Limits = { warning: 0.01, limit: 0.05 };

/** Response time by route, p95. */
export const responseP95Seconds: Limits = { warning: 0.25, limit: 0.5 };

/** Round trip of a PING, median: of one PING a scrape, a p99 would be the slowest of twenty. */
export const redisRoundTripSeconds: Limits = { warning: 0.02, limit: 0.1 };

/** Share of `maxmemory` that Redis uses. */
export const redisMemoryRatio = 0.8;

/**
 * Share of `maxmemory` that ended jobs and events have. Their own bounds are 0.35 and 0.05
 * (src/queue/budget.ts): beyond this much, nobody keeps them there.
 */
export const keptMemoryRatio = 0.5;

/** A service blocked for longer keeps its callers waiting. */
export const eventLoopLagSeconds: Limits = { warning: 0.2, limit: 1 };

/** A command may take 2 s, which is an error of a second: beyond twice that it is the clock. */
export const clockSkewSeconds: Limits = { warning: 0.5, limit: 2 };

/** Share of a disk that must stay free. */
export const minDiskFreeRatio = 0.1;

/** `0.05` as `5 %`. */
export function percent(ratio: number): string {
  return `${Number((ratio * 100).toFixed(2))} %`;
}
