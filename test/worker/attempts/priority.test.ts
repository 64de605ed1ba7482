import { randomUUID } from "node:crypto";
import { Worker } from "bullmq";
import { expect, test } from "vitest";
import { type QueueSpec, queues } from "../../../src/contract/queues.ts";
import { prefixOf } from "../../../src/queue/keys.ts";
import type { Task } from "../../../src/task/task.ts";
import { readJob, untilFinal } from "../../support/client.ts";
import { createPrioritizedTasks, createSubmit } from "../../support/prioritized-tasks.ts";
import { startProducer } from "../../support/producer.ts";
import { until } from "../../support/until.ts";
import { startWorker } from "../../support/worker.ts";

/** A producer of tasks of all priorities, and what starts a worker that runs one job at a time. */
async function startPrioritized(more: Partial<Task> = {}, spec: QueueSpec = queues.default) {
  const { tasks, runs } = createPrioritizedTasks(more);
  const name = `test-${randomUUID()}`;
  const producer = await startProducer({ name, tasks, spec });
  const startOne = () =>
    startWorker(name, { tasks, spec, config: { concurrency: 1, stalledCheckMs: 200 } });
  const untilAll = async (ids: readonly string[]) => {
    const ended = await Promise.all(ids.map((id) => untilFinal(producer.url, id)));
    expect(ended.map(({ status }) => status)).toEqual(ids.map(() => "succeeded"));
  };
  return { ...producer, runs, submit: createSubmit(producer.url), startOne, untilAll };
}

test("jobs run by their priority, and those of one priority in the order in which they came", async () => {
  const { runs, submit, startOne, untilAll } = await startPrioritized();
  const ids: string[] = [];
  for (const n of [1, 2]) {
    for (const task of ["low", "normal", "high"] as const) ids.push(await submit(task, n));
  }
  await startOne();
  await untilAll(ids);
  expect(runs).toEqual(["high 1", "high 2", "normal 1", "normal 2", "low 1", "low 2"]);
});

test("jobs that are due later join the line of their priority then", async () => {
  const { runs, queue, submit, startOne, untilAll } = await startPrioritized();
  const later = { delayMs: 1 };
  const ids = [await submit("low", 1, later), await submit("normal", 1, later)];
  ids.push(await submit("low", 2), await submit("high", 1));
  expect(await queue.getDelayedCount()).toBe(2);
  await startOne();
  await untilAll(ids);
  expect(runs).toEqual(["high 1", "normal 1", "low 2", "low 1"]);
});

test("a job that is tried again waits in the line of its priority", async () => {
  let tries = 0;
  const { runs, submit, startOne, untilAll } = await startPrioritized({
    attempts: { max: 3, backoffMs: 0 },
    async run() {
      tries += 1;
      if (tries < 3) throw new Error("not yet");
      return null;
    },
  });
  const ids = [await submit("low", 1), await submit("normal", 1)];
  await startOne();
  await untilAll(ids);
  expect(runs).toEqual(["normal 1", "normal 1", "normal 1", "low 1"]);
});

test("a prioritized job whose worker was killed runs again", async () => {
  const { runs, redis, name, submit, startOne, untilAll } = await startPrioritized();
  const lost = await submit("low", 1);
  const killed = new Worker(name, undefined, {
    connection: redis,
    prefix: prefixOf(name),
    lockDuration: 500,
    autorun: false,
  });
  expect((await killed.getNextJob("killed"))?.id).toBe(lost);
  await killed.close(true);
  await startOne();
  await untilAll([lost]);
  expect(runs).toEqual(["low 1"]);
});

test("a queue's limits hold for prioritized jobs, which say so", async () => {
  const rate = { max: 1, perMs: 600_000 };
  const { url, runs, submit, startOne, untilAll } = await startPrioritized(
    {},
    { ...queues.default, rate },
  );
  const [first, second] = [await submit("low", 1), await submit("low", 2)];
  await startOne();
  await untilAll([first]);
  const held = await until("the reason", async () => {
    const { waiting } = await readJob(url, second);
    return waiting?.reason === "rate_limit" && waiting;
  });
  expect([held.ahead, runs]).toEqual([0, ["low 1"]]);
});

test("no more prioritized jobs run at once than all workers of the queue may", async () => {
  const open = Promise.withResolvers<void>();
  let running = 0;
  const { url, submit, startOne, untilAll } = await startPrioritized(
    {
      async run() {
        running += 1;
        await open.promise;
        return null;
      },
    },
    { ...queues.default, concurrency: 1 },
  );
  const ids = [await submit("normal", 1), await submit("low", 1)];
  await startOne();
  await startOne();
  await until("the reason", async () => {
    const { waiting } = await readJob(url, ids[1] ?? "");
    return waiting?.reason === "concurrency_limit";
  });
  expect(running).toBe(1);
  open.resolve();
  await untilAll(ids);
});
