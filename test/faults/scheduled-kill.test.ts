import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { onTestFinished } from "vitest";
import { readJobSchedule } from "../../src/queue/job-schedule.ts";
import { createQueue } from "../../src/queue/queue.ts";
import { forkSources } from "../support/fork.ts";
import { spawnWorker } from "../support/processes.ts";
import { ownRedis } from "../support/redis.ts";
import { readScheduled, readSlots } from "../support/scheduled.ts";
import { until } from "../support/until.ts";
import { fault } from "./fault.ts";
import { tellProgress } from "./progress.ts";

const slotMs = 1_000;
/** From just before a slot to when its job has run. */
const aroundMs = 60;

fault(
  {
    id: "F27",
    name: "workers that keep a schedule are killed as its slots come",
    short: { slots: 10, count: 3, timeoutMs: 120_000 },
    full: { slots: 120, count: 8, timeoutMs: 400_000 },
  },
  async ({ slots, count }, measure) => {
    const redis = await ownRedis();
    const sources = forkSources(new URL("../support/scheduled-tasks/", import.meta.url));
    const env = { WORKER_LOCK_MS: "3000", WORKER_STALLED_CHECK_MS: "500", LOG_LEVEL: "fatal" };
    const start = async () => spawnWorker(redis.url, env, sources);
    const connection = new Redis(redis.url);
    onTestFinished(() => connection.disconnect());
    const queue = createQueue(connection);
    const counted = { kills: 0, slots: 0 };
    tellProgress("F27", () => `${counted.kills} kills, ${counted.slots} of ${slots} slots`);

    const workers = await Promise.all(Array.from({ length: count }, start));
    for (; counted.slots < slots; counted.slots = (await readSlots(queue)).length) {
      const victim = Math.floor(Math.random() * count);
      await sleep(slotMs - (Date.now() % slotMs) + (Math.random() - 0.25) * aroundMs);
      await workers[victim]?.stop("SIGKILL");
      counted.kills += 1;
      workers[victim] = await start();
    }
    await Promise.all(workers.map((worker) => worker.stop("SIGTERM")));
    await start();
    // What the others had begun is found as stalled.
    const jobs = await until("all jobs to end", async () => {
      const found = await readScheduled(queue);
      return found.every(({ finishedOn }) => finishedOn !== undefined) && found;
    });

    const ran = await readSlots(queue);
    const different = new Set(ran).size;
    const [first = 0, last = 0] = [ran[0], ran.at(-1)];
    const late = jobs
      .map(({ timestamp, opts }) => timestamp - (readJobSchedule(opts)?.slotMs ?? 0))
      .toSorted((a, b) => a - b);
    measure.atLeast("workers killed", Math.ceil(slots / 10), counted.kills);
    measure.exactly("slots run twice", 0, ran.length - different);
    measure.exactly("slots left out", 0, (last - first) / slotMs + 1 - different);
    measure.exactly("jobs failed", 0, jobs.filter(({ failedReason }) => failedReason).length);
    measure.atMost(
      "submitted after its slot, p95",
      1,
      (late[Math.floor(0.95 * late.length)] ?? Number.NaN) / 1_000,
      "s",
    );
  },
);
