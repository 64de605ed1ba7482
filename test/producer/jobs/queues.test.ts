import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { paths } from "../../../src/contract/paths.ts";
import { queues as ownQueues } from "../../../src/contract/queues.ts";
import { createQueue } from "../../../src/queue/queue.ts";
import { loadTasks } from "../../../src/task/registry.ts";
import { postJson, readBody, readJob, submitDivision, untilFinal } from "../../support/client.ts";
import { fixtureTasks } from "../../support/fixture-tasks.ts";
import { boardAuthorization, startProducer } from "../../support/producer.ts";
import { until } from "../../support/until.ts";
import { startWorker } from "../../support/worker.ts";

/** A producer of two queues: `quotient` in the first, `other`, which does the same, in the second. */
async function startTwo() {
  const second = `test-${randomUUID()}`;
  const [[, quotient] = []] = await loadTasks(fixtureTasks);
  if (quotient === undefined) throw new Error("expected a fixture task");
  const other = { ...quotient, queue: second as never };
  const tasks = new Map([
    ["quotient", quotient],
    ["other", other],
  ]);
  const further = { [second]: ownQueues.default };
  const producer = await startProducer({ tasks, further });
  const submitOther = async (input: object, headers: Record<string, string> = {}) => {
    const body = { task: "other", input: { x: 1, y: 1, delayMs: 0, ...input } };
    return readBody(await postJson(`${producer.url}${paths.api}`, body, headers));
  };
  return { ...producer, tasks, further, second, submitOther };
}

test("a task's jobs wait in its queue, and are found there by whoever has their id", async () => {
  const { url, queue, redis, name, second, submitOther } = await startTwo();
  const ours = await submitDivision(url, { x: 1, y: 1 });
  const theirs = await submitOther({});
  expect([ours.queue, theirs.queue]).toEqual([name, second]);
  expect(await queue.getJob(theirs.id)).toBeUndefined();
  expect((await createQueue(redis, second).getJob(theirs.id))?.name).toBe("other");
  expect(await readJob(url, theirs.id)).toMatchObject({ id: theirs.id, queue: second });
  const page = await (await fetch(`${url}${paths.jobs}/${theirs.id}`)).text();
  expect(page).toContain(`<span>queue ${second}</span>`);
  const headers = { cookie: `tripod-jobs=${ours.id}.${theirs.id}` };
  const list = await (await fetch(url, { headers })).text();
  expect([list.includes(ours.id), list.includes(theirs.id)]).toEqual([true, true]);
});

test("an Idempotency-Key is known in the second queue as in the first", async () => {
  const { submitOther } = await startTwo();
  const key = { "Idempotency-Key": randomUUID() };
  const first = await submitOther({}, key);
  expect(await submitOther({}, key)).toMatchObject({ id: first.id });
});

test("a worker runs the jobs of all queues, and each is followed to its end", async () => {
  const { url, name, tasks, further, submitOther } = await startTwo();
  const watched = await submitOther({ delayMs: 300 });
  const events = fetch(`${url}${watched.links.events}`).then((answer) => answer.text());
  await startWorker(name, { tasks, further });
  const jobs = [await submitDivision(url, { x: 6, y: 3 }), await submitOther({ x: 6, y: 2 })];
  const ended = await Promise.all(jobs.map(({ id }) => untilFinal(url, id)));
  expect(ended.map(({ status, result }) => [status, result])).toEqual([
    ["succeeded", 2],
    ["succeeded", 3],
  ]);
  expect(await events).toContain('"status":"succeeded"');
});

test("the overview tells of each queue, and Bull Board lists both", async () => {
  const { url, boardUrl, metricsUrl, queue, name, second, submitOther } = await startTwo();
  await queue.pause();
  await submitOther({});
  const page = await until("both to be told", async () => {
    const text = await (await fetch(`${url}${paths.overview}`)).text();
    return /data-reading="waiting"[^>]*>\s*1\s*</.test(text) && text;
  });
  const rows = [...page.matchAll(/<tr data-of="([^"]*)">([\s\S]*?)<\/tr>/g)].map(
    ([, of, cells = ""]) => [
      of,
      ...[...cells.matchAll(/<td[^>]*>\s*([^<]*?)\s*<\/td>/g)].map(([, text]) => text),
    ],
  );
  expect(rows).toEqual([
    [name, "paused", "0", "0", "0", "0 s"],
    [second, "no worker", "1", "0", "0", expect.any(String)],
  ]);
  const listed = await fetch(`${boardUrl}/board/api/queues`, {
    headers: { authorization: boardAuthorization },
  });
  const { queues } = await readBody(listed);
  expect(queues.map((one: { name: string }) => one.name).toSorted()).toEqual(
    [name, second].toSorted(),
  );
  const scrape = await (await fetch(`${metricsUrl}/metrics`)).text();
  expect(scrape).toContain(`taskqueue_queue_jobs{queue="${second}",state="waiting"} 1`);
  expect(scrape).toContain(`taskqueue_queue_paused{queue="${name}"} 1`);
});

test("one queue that is full refuses its own jobs alone", async () => {
  const second = `test-${randomUUID()}`;
  const [[, quotient] = []] = await loadTasks(fixtureTasks);
  if (quotient === undefined) throw new Error("expected a fixture task");
  const tasks = new Map([
    ["quotient", quotient],
    ["other", { ...quotient, queue: second as never }],
  ]);
  const further = { [second]: ownQueues.default };
  const { url, redis } = await startProducer({ tasks, further, limits: { queueDepth: 2 } });
  const full = createQueue(redis, second);
  await full.addBulk([1, 2].map(() => ({ name: "other", data: {} })));
  const submit = (task: string) =>
    postJson(`${url}${paths.api}`, { task, input: { x: 1, y: 1, delayMs: 0 } });
  await until("the depth to be seen", async () => (await submit("other")).status === 503);
  expect((await submit("quotient")).status).toBe(202);
});
