import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { idPattern } from "../../../src/queue/job-id.ts";
import { queues } from "../../../src/contract/queues.ts";
import { readJobSchedule } from "../../../src/queue/job-schedule.ts";
import { createQueue } from "../../../src/queue/queue.ts";
import { readSchedules } from "../../../src/queue/schedules.ts";
import { readJob } from "../../support/client.ts";
import { startProducer } from "../../support/producer.ts";
import { ownRedis } from "../../support/redis.ts";
import { readScheduled, scheduledTask } from "../../support/scheduled.ts";
import { collectLog } from "../../support/telemetry.ts";
import { until } from "../../support/until.ts";
import { startWorker } from "../../support/worker.ts";

const tasks = new Map([["report", scheduledTask({ everyMs: 1_000, input: { days: 7 } })]]);

test("a job that a schedule has submitted runs and says so everywhere", async () => {
  // Its own, which fails the test for whatever the worker may not do.
  const { url: redisUrl } = await ownRedis();
  const { url, name, queue } = await startProducer({ redisUrl, tasks });
  const { log, lines } = collectLog();
  const { registry, tracing } = await startWorker(name, { redisUrl, tasks, log });
  const job = await until("a job that has ended", async () =>
    (await readScheduled(queue)).find(({ finishedOn }) => finishedOn !== undefined),
  );
  const id = job.id ?? "";
  const slotMs = readJobSchedule(job.opts)?.slotMs ?? 0;
  const slot = new Date(slotMs).toISOString();
  expect(id).toMatch(idPattern);
  expect(slotMs % 1_000).toBe(0);

  const told = await readJob(url, id);
  expect(told).toMatchObject({
    status: "succeeded",
    task: "report",
    input: { days: 7 },
    schedule: { key: "report", slot },
  });
  const page = (await (await fetch(`${url}/jobs/${id}`)).text()).replaceAll(/\s+/g, " ");
  expect(page).toContain(`schedule <code>report</code>, due <time datetime="${slot}" data-exact>`);
  expect(lines()).toContainEqual(
    expect.objectContaining({
      msg: "job queued by its schedule",
      job_id: id,
      schedule: "report",
      slot,
      trace_id: told.trace_id,
    }),
  );
  const of = { "taskqueue.schedule": "report", "taskqueue.schedule.slot": slot };
  for (const span of [`send ${name}`, `process ${name}`]) {
    expect(tracing.spans.getFinishedSpans().filter((one) => one.name === span)).toContainEqual(
      expect.objectContaining({
        attributes: expect.objectContaining({ "messaging.message.id": id, ...of }),
      }),
    );
  }
  expect(await registry.metrics()).toMatch(
    /taskqueue_jobs_enqueued_total\{.*task="report",source="schedule",outcome="added"\} [1-9]/,
  );
});

test("the overview shows a schedule's next run and its last", async () => {
  const { url, name } = await startProducer({ tasks });
  await startWorker(name, { tasks });
  const row = await until("the last run", async () => {
    const page = await (await fetch(`${url}/overview`)).text();
    return /<tr data-schedule="report">.*?UTC.*?UTC.*?<\/tr>/s.exec(page)?.[0];
  });
  expect(row).toContain('<th scope="row">report</th>');
  const snapshots = (await (await fetch(`${url}/api/v1/overview`)).json()) as {
    schedules: object[];
  }[];
  expect(snapshots.at(-1)?.schedules).toEqual([
    {
      key: "report",
      task: "report",
      paused: false,
      next_at: expect.stringMatching(/Z$/),
      last_slot: expect.stringMatching(/Z$/),
    },
  ]);
});

test("a worker keeps no schedule of a queue that it does not serve", async () => {
  const { url: redisUrl } = await ownRedis();
  const name = `test-${randomUUID()}`;
  const further = { slow: queues.slow };
  const slow = new Map([["report", scheduledTask({ everyMs: 1_000 }, { queue: "slow" })]]);
  const { redis, queue } = await startProducer({ redisUrl, name, further, tasks: slow });
  const shared = { redisUrl, further, tasks: slow };
  await startWorker(name, { ...shared, config: { queues: [name] } });
  await until("its heartbeat", async () => (await queue.getJobSchedulersCount()) > 0);
  const slowQueue = createQueue(redis, "slow", queues.slow);
  expect(await readSchedules(slowQueue, redis)).toEqual([]);
  await startWorker(name, shared);
  await until("the schedule", async () => (await readSchedules(slowQueue, redis)).length === 1);
  expect(await readSchedules(queue, redis)).toEqual([]);
});
