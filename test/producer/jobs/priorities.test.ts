import { expect, test } from "vitest";
import { paths } from "../../../src/contract/paths.ts";
import { scheduleHeartbeat } from "../../../src/queue/heartbeat.ts";
import { createRandomId } from "../../../src/queue/job-id.ts";
import { postJson, readBody, readJob } from "../../support/client.ts";
import { createPrioritizedTasks, createSubmit } from "../../support/prioritized-tasks.ts";
import { boardAuthorization, type ProducerOptions, startProducer } from "../../support/producer.ts";
import { until } from "../../support/until.ts";

async function startPrioritized(options: ProducerOptions = {}) {
  const { tasks } = createPrioritizedTasks({ unique: ({ n }) => (n === 0 ? "only" : undefined) });
  const producer = await startProducer({ tasks, ...options });
  return { ...producer, submit: createSubmit(producer.url) };
}

test("a job tells its priority, and how many jobs of any are taken before it", async () => {
  const { url, queue, submit } = await startPrioritized();
  await scheduleHeartbeat(queue);
  const ids: string[] = [];
  for (const n of [1, 2]) {
    for (const task of ["low", "normal", "high"] as const) ids.push(await submit(task, n));
  }
  expect(await queue.getJobCounts("waiting", "prioritized")).toEqual({
    waiting: 3,
    prioritized: 4,
  });
  const told = await Promise.all(
    ids.map(async (id) => readBody(await fetch(`${url}${paths.api}/${id}`))),
  );
  expect(told.map(({ task, priority, waiting }) => [task, priority, waiting.ahead])).toEqual([
    ["low", "low", 4],
    ["normal", "normal", 2],
    ["high", undefined, 0],
    ["low", "low", 5],
    ["normal", "normal", 3],
    ["high", undefined, 1],
  ]);
  const page = await (await fetch(`${url}${paths.jobs}/${ids[0]}`)).text();
  expect(page).toContain("<span>priority low</span>");
});

test.each([
  ["low", 20],
  ["normal", 10],
  ["high", 0],
])("the oldest waiting job counts where it is of priority %s", async (task, priority) => {
  const { url, metricsUrl, queue, submit } = await startPrioritized();
  const old = { jobId: createRandomId(), priority, timestamp: Date.now() - 600_000 };
  await queue.add(task, { n: 1 }, old);
  for (const other of ["high", "normal", "low"] as const) await submit(other, 2);
  const state = await until("the jobs to be read", async () => {
    const { queue: read } = (await readBody(await fetch(`${url}${paths.overviewState}`))).at(-1);
    return read?.waiting === 4 && read;
  });
  expect(state.oldest_waiting_seconds).toBeGreaterThanOrEqual(600);
  const scrape = await (await fetch(`${metricsUrl}/metrics`)).text();
  const [, age] = /^taskqueue_queue_oldest_waiting_job_age_seconds\S* (\S+)/m.exec(scrape) ?? [];
  expect(Number(age)).toBeGreaterThanOrEqual(600);
});

test("prioritized jobs count for how many may wait", async () => {
  const { url, submit } = await startPrioritized({ limits: { queueDepth: 2 } });
  await submit("low", 1);
  await submit("normal", 1);
  const refused = await until("the depth to be seen", async () => {
    const answer = await postJson(`${url}${paths.api}`, { task: "low", input: { n: 3 } });
    return answer.status === 503 && readBody(answer);
  });
  expect(refused.kind).toBe("overloaded");
});

test("a second submission with a unique key gets the prioritized job that waits", async () => {
  const { url, queue, submit } = await startPrioritized();
  const first = await submit("low", 0);
  expect(await submit("low", 0)).toBe(first);
  expect((await readJob(url, first)).waiting?.ahead).toBe(0);
  expect(await queue.getJobCounts("waiting", "prioritized")).toEqual({
    waiting: 0,
    prioritized: 1,
  });
});

test("Bull Board lists prioritized jobs", async () => {
  const { boardUrl, name, submit } = await startPrioritized();
  const id = await submit("low", 1);
  const query = new URLSearchParams({ activeQueue: name, status: "prioritized" });
  const listed = await fetch(`${boardUrl}/board/api/queues?${query.toString()}`, {
    headers: { authorization: boardAuthorization },
  });
  const [{ jobs }] = (await readBody(listed)).queues;
  expect(jobs.map((job: { id: string }) => job.id)).toEqual([id]);
});
