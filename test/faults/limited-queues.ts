import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { Queues } from "../../src/contract/queues.ts";
import type { JobRun } from "./job-runs.ts";
import type { Tasks } from "../../src/task/registry.ts";

const usual = { startWithinSeconds: 10, keep: { succeededSeconds: 3_600, failedSeconds: 3_600 } };

/** A queue with both limits, and one without any that must not suffer from it. */
export const limits = { concurrency: 2, rate: { max: 5, perMs: 1_000 } } as const;
export const limitedQueues = {
  free: { description: "Not limited.", ...usual },
  limited: { description: "Limited in both ways.", ...usual, ...limits },
} as const satisfies Queues;

/** Both tell when they begin and end; `note` must have written it down when it returns. */
export function createLimitedTasks(note: (run: JobRun) => void): Tasks {
  const define = (queue: string, ms: number) => ({
    title: queue,
    description: "Takes a while.",
    input: z.strictObject({ n: z.int() }),
    // A queue of the test's own.
    queue: queue as never,
    timeLimitMs: 10_000,
    async run({ n }: { n: number }) {
      note({ kind: "begin", at: Date.now(), queue, n, pid: process.pid });
      await sleep(ms);
      note({ kind: "end", at: Date.now(), queue, n, pid: process.pid });
    },
  });
  return new Map([
    ["free", define("free", 10)],
    ["limited", define("limited", 250)],
  ]);
}
