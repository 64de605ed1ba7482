import { setTimeout as sleep } from "node:timers/promises";
import { defaultQueue } from "../../src/contract/queues.ts";
import { openRedis } from "../../src/queue/connection.ts";
import { createRandomId } from "../../src/queue/job-id.ts";
import { createQueue } from "../../src/queue/queue.ts";

const drained = { warmUp: 5_000, measured: 20_000 };
const stepMs = 5;
const lookMs = 5;

// Run by streams.ts, in a process of its own: `drain` prints how many jobs a second the worker
// drains, and `load RATE` queues so many until SIGTERM, and prints how many it were.
const [mode, redisUrl = "", rate = "0"] = process.argv.slice(2);
const redis = openRedis({ url: redisUrl, password: undefined }, "background");
const queue = createQueue(redis, defaultQueue);
const perSecond = mode === "drain" ? await drain() : await load(Number(rate));
process.stdout.write(`${perSecond}\n`);
redis.disconnect();

async function drain(): Promise<number> {
  let seconds = Number.NaN;
  for (const count of [drained.warmUp, drained.measured]) {
    await queue.pause();
    for (let added = 0; added < count; added += 1_000) await addJobs(1_000);
    const startedAt = performance.now();
    await queue.resume();
    await untilEmpty();
    seconds = (performance.now() - startedAt) / 1_000;
  }
  return drained.measured / seconds;
}

async function load(wanted: number): Promise<number> {
  const stopping = new AbortController();
  process.once("SIGTERM", () => stopping.abort());
  const startedAt = performance.now();
  const elapsed = () => (performance.now() - startedAt) / 1_000;
  let added = 0;
  while (!stopping.signal.aborted) {
    const due = Math.floor(elapsed() * wanted) - added;
    if (due > 0) await addJobs(due);
    added += Math.max(due, 0);
    await sleep(stepMs, undefined, { signal: stopping.signal }).catch(() => undefined);
  }
  const reached = added / elapsed();
  await untilEmpty();
  return reached;
}

async function addJobs(count: number): Promise<void> {
  const data = { x: 10, y: 2, delayMs: 0 };
  await queue.addBulk(
    Array.from({ length: count }, () => ({
      name: "divide",
      data,
      opts: { jobId: createRandomId() },
    })),
  );
}

async function untilEmpty(): Promise<void> {
  for (;;) {
    const { waiting = 0, active = 0 } = await queue.getJobCounts("waiting", "active");
    if (waiting + active === 0) return;
    await sleep(lookMs);
  }
}
