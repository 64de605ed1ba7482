import { expect, test } from "vitest";
import { createRandomId, isJobId } from "../../../src/queue/job-id.ts";
import { postJson, readBody, readJob, submitDivision, untilFinal } from "../../support/client.ts";
import { boardAuthorization, startProducer, type TestProducer } from "../../support/producer.ts";
import { until } from "../../support/until.ts";
import { startWorker } from "../../support/worker.ts";

const division = { task: "quotient", input: { x: 10, y: 2, delayMs: 0 } };

/** As a browser that has submitted these. */
function ownJobs(...ids: readonly string[]): { readonly cookie: string } {
  return { cookie: `tripod-jobs=${ids.join(".")}` };
}

/** Calls a route of Bull Board as an operator's browser does. */
async function callBoard(
  { boardUrl, name }: TestProducer,
  method: string,
  path: string,
  body?: object,
): Promise<number> {
  const response = await fetch(`${boardUrl}/board/api/queues/${encodeURIComponent(name)}/${path}`, {
    method,
    headers: {
      authorization: boardAuthorization,
      "content-type": "application/json",
      "sec-fetch-site": "same-origin",
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  await response.text();
  return response.status;
}

test("shows the start page to everybody whatever options a job has", async () => {
  const { url, queue, redis } = await startProducer();
  const honest = await submitDivision(url, { x: 1, y: 1 });
  const id = createRandomId();
  await queue.add("quotient", division.input, { jobId: id });
  await redis.hset(queue.toKey(id), "timestamp", "x");

  const response = await fetch(url, { headers: ownJobs(id, honest.id) });
  const page = await response.text();
  expect(response.status).toBe(200);
  expect(page).toContain(`/jobs/${honest.id}`);
  expect(page.match(/<span class="pill idle">/g)).toHaveLength(2);
});

test("lists no job of an id that has no page, as an operator may have given it", async () => {
  const { url, queue } = await startProducer();
  await queue.add("quotient", division.input, { jobId: "my-own-id-1" });
  const { id } = await submitDivision(url, { x: 1, y: 1 });

  const page = await (await fetch(url, { headers: ownJobs("my-own-id-1", id) })).text();
  const links = [...page.matchAll(/href="(\/jobs\/[^"]+)"/g)].map(([, link]) => link ?? "");
  expect(page.match(/<span class="pill idle">/g)).toHaveLength(1);
  expect(links).toEqual([`/jobs/${id}`]);
  expect((await fetch(`${url}${links[0]}`)).status).toBe(200);
});

test.each(["completed", "failed", "heartbeat", "stalled-check", "metrics:completed:data"])(
  "refuses a job of the id %s, which would overwrite a key of the queue",
  async (jobId) => {
    const producer = await startProducer({ readOnly: false });
    const add = { name: "quotient", data: division.input, options: { jobId } };
    expect(await callBoard(producer, "POST", "add", add)).toBe(422);
    expect(await producer.queue.getJobCounts("waiting")).toEqual({ waiting: 0 });
    await startWorker(producer.name);
    const { id } = await submitDivision(producer.url, { x: 1, y: 1 });
    expect((await untilFinal(producer.url, id)).status).toBe("succeeded");
  },
);

test.each([{ jobData: null }, { jobData: 7 }, { jobData: "text" }, { jobData: [1] }])(
  "says what is wrong with the record of a job whose data has become $jobData",
  async ({ jobData }) => {
    const producer = await startProducer();
    const { url } = producer;
    const { id } = await submitDivision(url, { x: 1, y: 1 });
    await (await producer.queue.getJob(id))?.updateData(jobData);

    const record_error = `its input is ${JSON.stringify(jobData)}, expected an object`;
    const job = await readJob(url, id);
    expect(job).toMatchObject({ id, status: "waiting", input: {}, record_error });
    const page = await fetch(`${url}/jobs/${id}`);
    expect([page.status, await page.text()]).toEqual([
      200,
      expect.stringContaining("What Redis holds of it is damaged"),
    ]);
    expect((await fetch(url)).status).toBe(200);

    await startWorker(producer.name);
    const ended = await untilFinal(url, id);
    expect([ended.error_type, ended.error]).toEqual(["invalid_record", record_error]);
  },
);

test.each(["paused", "completed"] as const)(
  "lists the others where a %s job's record is no hash",
  async (state) => {
    const { url, boardUrl, queue, redis, name } = await startProducer();
    if (state === "paused") await queue.pause();
    else await startWorker(name);
    const damaged = await submitDivision(url, { x: 1, y: 1 });
    const { id } = await submitDivision(url, { x: 4, y: 2 });
    if (state === "completed") for (const job of [damaged.id, id]) await untilFinal(url, job);
    await redis.del(queue.toKey(damaged.id));
    await redis.set(queue.toKey(damaged.id), "text");
    const page = await fetch(url, { headers: ownJobs(damaged.id, id) });
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining(id)]);
    const list = `${boardUrl}/board/api/queues?activeQueue=${encodeURIComponent(name)}&status=latest`;
    const board = await fetch(list, { headers: { authorization: boardAuthorization } });
    expect([board.status, await board.text()]).toEqual([200, expect.stringContaining(id)]);
    expect((await submitDivision(url, { x: 1, y: 2 })).status).toBe("waiting");
  },
);

test("answers 404 for a job whose hash is gone, and runs the others", async () => {
  const { url, queue, redis, name } = await startProducer();
  const lost = await submitDivision(url, { x: 1, y: 1 });
  const kept = await submitDivision(url, { x: 4, y: 2 });
  await redis.del(queue.toKey(lost.id));
  const statuses = async () =>
    Promise.all(
      [`/api/v1/jobs/${lost.id}`, `/api/v1/jobs/${lost.id}/events`, `/jobs/${lost.id}`, "/"].map(
        async (path) => {
          const response = await fetch(`${url}${path}`);
          await response.text();
          return response.status;
        },
      ),
    );
  expect(await statuses()).toEqual([404, 404, 404, 200]);

  await startWorker(name);
  expect((await untilFinal(url, kept.id)).result).toBe(2);
  expect(await statuses()).toEqual([404, 404, 404, 200]);
  // The worker's first heartbeat may be under way.
  await expect
    .poll(() => queue.getJobCounts("waiting", "active", "failed"))
    .toEqual({ waiting: 0, active: 0, failed: 0 });
  expect(await redis.exists(queue.toKey(lost.id))).toBe(0);
});

test("counts a waiting job of no known age as just come", async () => {
  const { url, queue, redis, metricsUrl, name } = await startProducer();
  const { id } = await submitDivision(url, { x: 1, y: 1 });
  await redis.hset(queue.toKey(id), { timestamp: "soon" });

  const scrape = await until("the queue to be read", async () => {
    const text = await (await fetch(`${metricsUrl}/metrics`)).text();
    return text.includes(`taskqueue_queue_jobs{queue="${name}",state="waiting"} 1`) && text;
  });
  expect(scrape).toMatch(/^taskqueue_queue_oldest_waiting_job_age_seconds\{.*\} 0$/m);
  expect(scrape).not.toMatch(/^taskqueue_.* (NaN|Nan|[+-]Inf)/m);
  expect(await readJob(url, id)).not.toHaveProperty("created_at");
});

test.each(["wait", "failed"])(
  "queues the job of a key anew that was taken out of the list %s by hand",
  async (list) => {
    const { url, queue, redis, name } = await startProducer();
    const send = () => postJson(`${url}/api/v1/jobs`, division, { "idempotency-key": "once" });
    const { id } = await readBody(await send());
    await redis.lrem(queue.toKey("wait"), 0, id);
    if (list === "failed") await redis.hset(queue.toKey(id), { failedReason: "_OTHER: no" });
    expect((await fetch(`${url}/api/v1/jobs/${id}`)).status).toBe(404);

    const answers = await Promise.all([send(), send(), send()]);
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(
      answers.filter(({ headers }) => headers.get("idempotency-replayed") === null).length,
    ).toBeGreaterThan(0);
    expect(await queue.getJobCounts("waiting")).toEqual({ waiting: 1 });
    await startWorker(name);
    expect((await untilFinal(url, id)).result).toBe(5);
  },
);

test("refuses a key whose job was damaged, and says so", async () => {
  const { url, queue } = await startProducer();
  const send = () => postJson(`${url}/api/v1/jobs`, division, { "idempotency-key": "once" });
  const { id } = await readBody(await send());
  await (await queue.getJob(id))?.updateData(null);
  const response = await send();
  expect([response.status, (await readBody(response)).detail]).toEqual([
    409,
    "the job of this Idempotency-Key was damaged: its input is null, expected an object; use another key",
  ]);
});

test("blames nobody who submits for the input that an operator put in", async () => {
  const { url, queue, name } = await startProducer();
  const jobId = "abcdefghijklmnopqrstuvwxyz";
  expect(isJobId(jobId)).toBe(true);
  await queue.add("quotient", { x: "ten" }, { jobId });
  await startWorker(name);
  const job = await untilFinal(url, jobId);
  expect(job.error_type).toBe("invalid_record");
  expect(job.error).toContain(
    'it came from no producer, and this release has a task "quotient" that refuses',
  );
  expect(await (await fetch(`${url}/jobs/${jobId}`)).text()).toContain("<strong>invalid_record");
  expect(await queue.getJobCounts("failed")).toEqual({ failed: 1 });
});

test("a job that is nested too deep ends as damaged, and Bull Board shows it beside others", async () => {
  const producer = await startProducer();
  const { url, boardUrl, queue, redis, name } = producer;
  await queue.pause();
  const { id } = await submitDivision(url, { x: 1, y: 1 });
  await redis.hset(queue.toKey(id), "data", "[".repeat(100_000) + "]".repeat(100_000));
  await startWorker(name);
  await queue.resume();
  expect((await untilFinal(url, id)).error_type).toBe("invalid_record");
  const headers = { authorization: boardAuthorization };
  for (const list of ["failed", "latest"]) {
    const listed = await fetch(`${boardUrl}/board/api/queues?activeQueue=${name}&status=${list}`, {
      headers,
    });
    expect([list, listed.status, (await listed.text()).includes(id)]).toEqual([list, 200, true]);
  }
});

test("a job whose options name a schedule that it has not runs as any other", async () => {
  const { url, queue, redis, name } = await startProducer();
  await queue.pause();
  const { id } = await submitDivision(url, { x: 10, y: 2 });
  const opts = JSON.parse((await redis.hget(queue.toKey(id), "opts")) ?? "");
  await redis.hset(queue.toKey(id), "opts", JSON.stringify({ ...opts, repeatJobKey: "zz" }));
  await startWorker(name);
  await queue.resume();
  expect((await untilFinal(url, id)).result).toBe(5);
});
