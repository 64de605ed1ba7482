import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import type { IndexStanding } from "./job-index.ts";
import type { JobTable } from "./job-table.ts";
import type { QueueFeed } from "./queue-feed.ts";
import type { Upkeep } from "./upkeep.ts";

/** Between two looks for events: their lag, and four times a second some 20 µs of Redis' for each queue. */
const idleMs = 200;
/** Between two steps of a scan, in which Redis serves others. */
const scanMs = 2;
/** After an error, such as that of a Redis that still loads. */
const errorMs = 1_000;

export interface Follower {
  standing(): IndexStanding;
}

export interface FollowerDeps {
  readonly redis: Redis;
  readonly feeds: readonly QueueFeed[];
  readonly table: JobTable;
  readonly upkeep: Pick<Upkeep, "omittedBefore">;
  /** Called for the first of errors in a row. */
  readonly onError: (error: unknown) => void;
}

/** Keeps the table up with Redis, queue after queue, for as long as its thread lives. */
export function startFollower({ redis, feeds, table, upkeep, onError }: FollowerDeps): Follower {
  let isFailing = false;
  let caughtUpAt: number | undefined;

  const turn = async (): Promise<number> => {
    const startedAt = performance.now();
    let isBusy = false;
    let isBehind = false;
    for (const feed of feeds) {
      const { isMore } = await feed.turn(performance.now());
      isBehind ||= isMore;
      isBusy ||= isMore || feed.isWorking;
    }
    if (!isBehind) caughtUpAt = startedAt;
    isFailing = false;
    return isBehind ? 0 : isBusy ? scanMs : idleMs;
  };
  const run = async () => {
    for (;;) {
      let pauseMs = errorMs;
      try {
        pauseMs = await turn();
      } catch (error) {
        if (!isFailing) onError(error);
        isFailing = true;
      }
      await sleep(pauseMs);
    }
  };
  void run();

  return {
    standing() {
      const scans = feeds.flatMap(({ scan }) => scan ?? []);
      const isScanning = scans.length > 0;
      const oldest = Math.min(...feeds.map((feed) => feed.oldestEnd ?? Number.POSITIVE_INFINITY));
      const { omittedBefore } = upkeep;
      const isOmitted = omittedBefore !== undefined && oldest < omittedBefore;
      return {
        phase:
          redis.status !== "ready" || isFailing
            ? caughtUpAt === undefined
              ? "starting"
              : "lost"
            : isScanning
              ? "scanning"
              : "following",
        jobs: table.shown,
        scanned: isScanning
          ? {
              read: scans.reduce((sum, { read }) => sum + read, 0),
              total: scans.reduce((sum, { total }) => sum + total, 0),
            }
          : undefined,
        lagMs: caughtUpAt === undefined ? undefined : performance.now() - caughtUpAt,
        omittedBefore: isOmitted ? omittedBefore : undefined,
        bytes: table.bytes,
        submitters: table.names.submitter.list().toSorted(),
      };
    },
  };
}
