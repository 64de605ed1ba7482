import { setTimeout as sleep } from "node:timers/promises";
import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { expect, test } from "vitest";
import { defaultQueue } from "../../src/contract/queues.ts";
import { loadTasks } from "../../src/task/registry.ts";
import { readBody } from "../support/client.ts";
import { fixtureTasks } from "../support/fixture-tasks.ts";
import { forkSources, isolatedTasks } from "../support/fork.ts";
import { submitUntilTaken } from "../support/honest-client.ts";
import { spawnWorker } from "../support/processes.ts";
import { startProducer } from "../support/producer.ts";
import { ownRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";

/** `CANCELS=1000` is what is promised; fewer take some seconds. */
const jobs = Number(process.env["CANCELS"] ?? 200);
const clients = 16;
const patienceMs = 60_000 + 200 * jobs;

/** What jobs are about, with how many of a hundred; a few only, or never, end by themselves in time. */
const kinds = [
  [30, { task: "quotient", input: { x: 1, y: 1, delayMs: 60_000 } }],
  [20, { task: "quotient", input: { x: 1, y: 1, delayMs: 0 } }],
  [20, { task: "quotient", input: { x: 1, y: 1, delayMs: 500 } }],
  [10, { task: "quotient", input: { x: 1, y: 0, delayMs: 0 } }],
  [10, { task: "quotient", input: { x: 1, y: 1, delayMs: 0 }, delayMs: 3_600_000 }],
  [5, { task: "probe", input: { deed: "obey" } }],
  [5, { task: "probe", input: { deed: "depend" } }],
] as const;

function drawKind() {
  let left = Math.random() * 100;
  for (const [share, submission] of kinds) {
    left -= share;
    if (left < 0) return submission;
  }
  return kinds[0][1];
}

/** Answers until it is one of Redis's knowing: 200, 202 or 409. */
async function cancelUntilTaken(url: string, id: string): Promise<number> {
  return until(
    `an answer on ${id}`,
    async () => {
      const answer = await fetch(`${url}/api/v1/jobs/${id}/cancel`, { method: "POST" });
      await readBody(answer);
      return [200, 202, 409].includes(answer.status) && answer.status;
    },
    patienceMs,
  );
}

/** How often each job has ended, as the queue's events tell, and how it stands. */
async function audit(redis: Redis, queue: Queue, ids: readonly string[]) {
  const ends = new Map<string, number>();
  for (const [, fields] of await redis.xrange(queue.toKey("events"), "-", "+")) {
    const [event, id] = [fields[1] ?? "", fields[3] ?? ""];
    if (event === "completed" || event === "failed") ends.set(id, (ends.get(id) ?? 0) + 1);
  }
  const states = await Promise.all(ids.map((id) => queue.getJobState(id)));
  const reasons = await Promise.all(ids.map((id) => redis.hget(queue.toKey(id), "failedReason")));
  return ids.map((id, i) => ({
    id,
    ends: ends.get(id) ?? 0,
    state: states[i],
    isCancelled: states[i] === "failed" && (reasons[i] ?? "").startsWith("cancelled_by_user: "),
  }));
}

test(
  "jobs that are cancelled at any time, by any producer, each have one end",
  { timeout: 2 * patienceMs },
  async () => {
    const { url: redisUrl } = await ownRedis();
    const tasks = new Map([
      ...(await loadTasks(fixtureTasks)),
      ...(await loadTasks(isolatedTasks)),
    ]);
    const shared = { redisUrl, tasks, name: defaultQueue };
    const { url, queue, redis } = await startProducer(shared);
    const other = await startProducer(shared);
    const env = { WORKER_LOCK_MS: "3000", WORKER_STALLED_CHECK_MS: "500" };
    const sources = forkSources(isolatedTasks);
    const victim = await spawnWorker(redisUrl, env, sources);
    await spawnWorker(redisUrl, env, sources);

    const answers = new Map<string, number>();
    let left = jobs;
    const client = async () => {
      while (left > 0) {
        left -= 1;
        const [one, another] = Math.random() < 0.5 ? [url, other.url] : [other.url, url];
        const id = await submitUntilTaken(one, drawKind(), () => undefined);
        await sleep(Math.random() ** 2 * 2_000);
        answers.set(id, await cancelUntilTaken(another, id));
      }
    };
    const kill = async () => {
      await until("half of them", () => answers.size > jobs / 2, patienceMs);
      await victim.stop("SIGKILL");
      await spawnWorker(redisUrl, env, sources);
    };
    await Promise.all([kill(), ...Array.from({ length: clients }, client)]);

    const ids = [...answers.keys()];
    const ended = async () =>
      (await redis.zcard(queue.toKey("completed"))) + (await redis.zcard(queue.toKey("failed"))) ===
      jobs;
    await until(`${jobs} jobs to end`, ended, patienceMs);
    const forgotten = async () => (await redis.zcard(queue.toKey("cancelled"))) === 0;
    await until("no mark to be left", forgotten, patienceMs);
    const audited = await audit(redis, queue, ids);
    expect(audited.filter(({ ends }) => ends !== 1)).toEqual([]);
    const untrue = audited.filter(({ id, isCancelled }) => {
      const answer = answers.get(id);
      return (answer === 200 && !isCancelled) || (answer === 409 && isCancelled);
    });
    expect(untrue).toEqual([]);
    const statuses = [...answers.values()];
    // Each of the three has been seen, or this shows little.
    expect([200, 202, 409].filter((status) => !statuses.includes(status))).toEqual([]);
    expect(ids.length).toBe(jobs);
  },
);
