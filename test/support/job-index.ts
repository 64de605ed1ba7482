import { inject, onTestFinished } from "vitest";
import type { JobFilter } from "../../src/contract/job-filter.ts";
import { type OpenJobIndex, openJobIndex } from "../../src/producer/explorer/open-job-index.ts";
import type { IndexedJob, StateCounts } from "../../src/producer/explorer/job-index.ts";
import type { Log } from "../../src/telemetry/log.ts";
import { asService } from "./redis.ts";
import { collectLog } from "./telemetry.ts";
import { until } from "./until.ts";

/** An index of these queues with a producer's rights; it goes with the test. */
export function openTestIndex(
  queues: readonly string[],
  options: {
    readonly redisUrl?: string;
    readonly maxJobs?: number;
    readonly log?: Log;
  } = {},
): OpenJobIndex {
  const { redisUrl = inject("redisUrl"), log = collectLog().log, maxJobs } = options;
  const index = openJobIndex({
    redis: { url: asService("producer", redisUrl), password: undefined, passwordFile: undefined },
    queues,
    log,
    ...(maxJobs !== undefined && { maxJobs }),
  });
  onTestFinished(() => index.close());
  return index;
}

/** Waits until it has read all that there is. */
export async function untilFollowing(index: OpenJobIndex): Promise<void> {
  await until("the index to be complete", async () => {
    const { phase } = await index.standing();
    return phase === "following";
  });
}

/** The job as the index has it, as soon as that is so. */
export async function untilIndexed(
  index: OpenJobIndex,
  id: string,
  expected: Partial<IndexedJob> = {},
): Promise<IndexedJob> {
  let last: IndexedJob | undefined;
  try {
    return await until(`${id} to be indexed`, async () => {
      const { jobs } = await index.page({ id }, "created", undefined, 1);
      [last] = jobs;
      const isAsExpected = Object.entries(expected).every(
        ([name, value]) => last?.[name as keyof IndexedJob] === value,
      );
      return last !== undefined && isAsExpected && last;
    });
  } catch (error) {
    throw new Error(`expected ${JSON.stringify(expected)}, got ${JSON.stringify(last)}`, {
      cause: error,
    });
  }
}

/** Waits until it counts so many in each of these states, and none in others. */
export async function untilCounted(
  index: OpenJobIndex,
  expected: Partial<StateCounts>,
  filter: JobFilter = {},
): Promise<void> {
  const none = {
    waiting: 0,
    working: 0,
    retrying: 0,
    scheduled: 0,
    succeeded: 0,
    failed: 0,
  } satisfies StateCounts;
  const wanted = JSON.stringify({ ...none, ...expected });
  let last = "";
  try {
    await until("the counts", async () => {
      last = JSON.stringify(await index.counts(filter));
      return last === wanted;
    });
  } catch (error) {
    throw new Error(`expected ${wanted}, got ${last}`, { cause: error });
  }
}
