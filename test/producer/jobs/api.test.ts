import { expect, test } from "vitest";
import { z } from "zod";
import { prefixOf } from "../../../src/queue/keys.ts";
import { defineTask } from "../../../src/task/task.ts";
import {
  postJson,
  readBody,
  readJob,
  submitDivision,
  untilFinal,
  untilReady,
} from "../../support/client.ts";
import { createRandomId } from "../../../src/queue/job-id.ts";
import { startProducer } from "../../support/producer.ts";
import { until } from "../../support/until.ts";
import { startWorker } from "../../support/worker.ts";

const division = { task: "quotient", input: { x: 10, y: 2, delayMs: 0 } };

test("queues a division and answers 202 with where to look", async () => {
  const { url, queue } = await startProducer();
  const response = await postJson(`${url}/api/v1/jobs`, {
    task: "quotient",
    input: { x: 10, y: 2 },
  });
  const job = await readBody(response);
  expect([response.status, response.headers.get("location")]).toEqual([202, job.links.self]);
  expect(job).toMatchObject({
    id: expect.stringMatching(/^[a-h][a-z2-7]{25}$/),
    task: "quotient",
    status: "waiting",
    input: { x: 10, y: 2, delayMs: 5_000 },
    attempts: 0,
  });
  expect(Date.parse(job.received_at)).toBeLessThanOrEqual(Date.parse(job.created_at));
  const stored = await queue.getJob(job.id);
  expect([stored?.name, stored?.data]).toEqual(["quotient", { x: 10, y: 2, delayMs: 5_000 }]);
  expect(stored?.opts).toMatchObject({
    attempts: 4,
    backoff: { type: "exponential", delay: 1_000, jitter: 0.5 },
    client: expect.stringMatching(/^[\w-]{8}$/),
  });
  // By age alone: BullMQ would remove by number whoever's they are.
  expect(stored?.opts.removeOnComplete).toEqual({ age: 86_400 });
  expect(stored?.opts.removeOnFail).toEqual({ age: 604_800 });
});

test("tells a result, and a failure with its class and reason", async () => {
  const { url, name } = await startProducer();
  await startWorker(name);
  const [good, bad] = await Promise.all([
    submitDivision(url, { x: 10, y: 2 }),
    submitDivision(url, { x: 10, y: 0 }),
  ]);
  const ends = await Promise.all([untilFinal(url, good.id), untilFinal(url, bad.id)]);
  expect(
    ends.map(({ status, result, error_type, error, attempts }) => [
      status,
      result,
      error_type,
      error,
      attempts,
    ]),
  ).toEqual([
    ["succeeded", 5, undefined, undefined, 1],
    ["failed", undefined, "division_by_zero", "cannot divide 10 by zero", 1],
  ]);
});

test("says why a job waits", async () => {
  const { url, queue, name } = await startProducer();
  const first = await submitDivision(url, { x: 1, y: 1 });
  const second = await submitDivision(url, { x: 2, y: 1 });
  expect((await readJob(url, second.id)).waiting).toEqual({ reason: "no_workers", ahead: 1 });

  await queue.pause();
  const { worker } = await startWorker(name);
  const waiting = await until("the pause to be seen", async () => {
    const job = await readJob(url, first.id);
    return job.waiting?.reason === "paused" && job.waiting;
  });
  expect(waiting).toEqual({ reason: "paused", ahead: 0 });

  await worker.pause();
  await queue.resume();
  const queued = await until("the resume to be seen", async () => {
    const job = await readJob(url, second.id);
    return job.waiting?.reason === "queued" && job.waiting;
  });
  expect(queued).toEqual({ reason: "queued", ahead: 1 });
});

test("a place in a long queue is told as far as it is cheap to know", async () => {
  const { url, queue } = await startProducer();
  const jobs = await queue.addBulk(
    Array.from({ length: 600 }, () => ({
      name: "quotient",
      data: { x: 1, y: 1, delayMs: 0 },
      opts: { jobId: createRandomId() },
    })),
  );
  const place = async (index: number) => (await readJob(url, jobs[index]?.id ?? "")).waiting;
  expect(await place(499)).toEqual({ reason: "no_workers", ahead: 499 });
  const far = { reason: "no_workers", ahead: 500, ahead_is_lower_bound: true };
  expect([await place(500), await place(599)]).toEqual([far, far]);
});

test("says when a failed attempt is tried again", async () => {
  const { url, queue } = await startProducer();
  const { id } = await submitDivision(url, { x: 1, y: 1 });
  const { Worker } = await import("bullmq");
  const taker = new Worker(queue.name, null, {
    connection: queue.opts.connection,
    prefix: prefixOf(queue.name),
  });
  const job = await taker.getNextJob("token");
  const failedAt = Date.now();
  await job?.moveToFailed(new Error("_OTHER: not yet"), "token");
  await taker.close();
  const status = await readBody(await fetch(`${url}/api/v1/jobs/${id}`));
  expect(status.waiting.reason).toBe("retrying");
  const inMs = Date.parse(status.waiting.retry_at) - failedAt;
  expect(inMs).toBeGreaterThan(0);
  expect(inMs).toBeLessThan(2_000);
});

test("answers the same job to the same Idempotency-Key, and 409 to another input", async () => {
  const { url, queue } = await startProducer();
  const send = (body: unknown) =>
    postJson(`${url}/api/v1/jobs`, body, { "idempotency-key": "completed" });
  const [first, again, other] = [
    await send(division),
    await send(division),
    await send({ ...division, input: { ...division.input, y: 4 } }),
  ];
  const [one, two] = [await readBody(first), await readBody(again)];
  expect([first.status, again.status, other.status]).toEqual([202, 202, 409]);
  expect(two.id).toBe(one.id);
  expect(one.id).toMatch(/^[a-h][a-z2-7]{25}$/);
  expect([
    first.headers.get("idempotency-replayed"),
    again.headers.get("idempotency-replayed"),
  ]).toEqual([null, "true"]);
  expect(await queue.getJobCounts("waiting")).toEqual({ waiting: 1 });
});

test("answers a replayed key with what became of its job since", async () => {
  const { url, name } = await startProducer();
  await startWorker(name);
  const send = async () =>
    readBody(await postJson(`${url}/api/v1/jobs`, division, { "idempotency-key": "once" }));
  const { id } = await send();
  await untilFinal(url, id);
  expect(await send()).toMatchObject({ id, status: "succeeded", result: 5 });
});

test("tells an unfit input field by field", async () => {
  const { url } = await startProducer();
  const response = await postJson(`${url}/api/v1/jobs`, {
    task: "quotient",
    input: { x: "ten", y: 2, z: 1 },
  });
  expect([response.status, response.headers.get("content-type")]).toEqual([
    422,
    "application/problem+json",
  ]);
  expect(await readBody(response)).toEqual({
    type: "about:blank",
    title: "Unprocessable Content",
    status: 422,
    detail: 'the input does not fit the task "quotient"',
    errors: [
      { pointer: "/input/x", detail: "Invalid input: expected number, received string" },
      { pointer: "/input", detail: 'Unrecognized key: "z"' },
    ],
  });
});

test("queues nothing where a schema turns out not to take what it returns", async () => {
  const growing = defineTask({
    title: "Grow",
    description: "Has a schema that makes a text longer each time.",
    input: z.strictObject({ text: z.string().overwrite((text) => `${text}!`) }),
    timeLimitMs: 1_000,
    run: async () => undefined,
  });
  const { url, queue } = await startProducer({ tasks: new Map([["grow", growing]]) });
  const response = await postJson(`${url}/api/v1/jobs`, { task: "grow", input: { text: "a" } });
  expect([response.status, await queue.count()]).toEqual([500, 0]);
});

test("names the tasks there are to somebody who asks for another", async () => {
  const { url } = await startProducer();
  const response = await postJson(`${url}/api/v1/jobs`, { task: "multiply", input: {} });
  expect([response.status, (await readBody(response)).errors]).toEqual([
    422,
    [{ pointer: "/task", detail: 'there is no task "multiply", expected one of: quotient' }],
  ]);
});

test("pushes every move of a job until its end", async () => {
  const { url, name } = await startProducer();
  const { id } = await submitDivision(url, { x: 10, y: 2, delayMs: 500 });
  const response = await fetch(`${url}/api/v1/jobs/${id}/events`);
  expect(response.headers.get("content-type")).toMatch(/^text\/event-stream\b/);
  const text = response.text();
  await startWorker(name);
  const statuses = (await text)
    .split("\n")
    .filter((line) => line.startsWith("data: "))
    .map((line): string => JSON.parse(line.slice(6)).status);
  expect([...new Set(statuses)]).toEqual(["waiting", "working", "succeeded"]);
});

test("a request begins a trace of its own, which it returns and which links to the client's", async () => {
  const { url, tracing } = await startProducer();
  const client = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };
  const response = await postJson(`${url}/api/v1/jobs`, division, {
    traceparent: `00-${client.traceId}-${client.spanId}-01`,
  });
  const { trace_id: traceId } = await readBody(response);
  expect(traceId).not.toBe(client.traceId);
  expect(response.headers.get("traceparent")).toMatch(
    new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`),
  );
  const request = await until("its span", () =>
    tracing.spans.getFinishedSpans().find(({ name }) => name === "POST /api/v1/jobs"),
  );
  expect([request.spanContext().traceId, request.parentSpanContext]).toEqual([traceId, undefined]);
  expect(request.links.map(({ context }) => context)).toEqual([expect.objectContaining(client)]);
});

test("a request of a trusted caller belongs to that caller's trace", async () => {
  const { url } = await startProducer({ limits: { trustTraceparent: true } });
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  const response = await postJson(`${url}/api/v1/jobs`, division, {
    traceparent: `00-${traceId}-b7ad6b7169203331-01`,
  });
  expect(response.headers.get("traceparent")).toMatch(
    new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`),
  );
  expect((await readBody(response)).trace_id).toBe(traceId);
});

test("links a job's page to its trace where a Grafana is configured", async () => {
  const { url } = await startProducer({ grafanaUrl: "http://grafana.example:3000" });
  const { id, trace_id: traceId } = await submitDivision(url, { x: 1, y: 1 });
  const page = await (await fetch(`${url}/jobs/${id}`)).text();
  expect(page).toContain('<a href="http://grafana.example:3000/explore?');
  expect(page).toContain(`<code>${traceId}</code>`);
});

test("refuses more when too much waits already, and says so", async () => {
  const { url } = await startProducer({ limits: { queueDepth: 2 } });
  await submitDivision(url, { x: 1, y: 1 });
  await submitDivision(url, { x: 1, y: 1 });
  const refused = await until("the backlog to be noticed", async () => {
    const response = await postJson(`${url}/api/v1/jobs`, division);
    return response.status === 503 && response;
  });
  expect([refused.headers.get("retry-after"), (await readBody(refused)).kind]).toEqual([
    "30",
    "overloaded",
  ]);
});

test("describes itself as OpenAPI 3.1, the tasks' own schemas included", async () => {
  const { url } = await startProducer();
  const document = await readBody(await fetch(`${url}/api/openapi.json`));
  expect([document.openapi, Object.keys(document.paths)]).toEqual([
    "3.1.0",
    [
      "/api/v1/jobs",
      "/api/v1/jobs/batch",
      "/api/v1/jobs/{id}",
      "/api/v1/jobs/{id}/cancel",
      "/api/v1/jobs/{id}/log",
      "/api/v1/jobs/{id}/events",
      "/api/v1/overview",
      "/api/v1/overview/day",
      "/api/v1/overview/events",
    ],
  ]);
  const { examples } = document.paths["/api/v1/jobs"].post.requestBody.content["application/json"];
  expect(document.components.schemas["Submission_quotient"].properties).toMatchObject({
    task: { type: "string", const: "quotient" },
    input: {
      required: ["x", "y"],
      additionalProperties: false,
      properties: { delayMs: { default: 5_000, minimum: 0, maximum: 60_000 } },
    },
  });
  expect(Object.keys(examples)).toEqual(["quotient-1", "quotient-2", "quotient-3"]);
  expect([examples["quotient-1"], examples["quotient-2"]]).toEqual([
    {
      summary: "Quotient: succeeds",
      value: { task: "quotient", input: { x: 10, y: 2, delayMs: 100 } },
      "x-outcome": { result: 5 },
    },
    {
      summary: "Quotient: fails as division_by_zero",
      value: { task: "quotient", input: { x: 10, y: 0, delayMs: 0 } },
      "x-outcome": { failure: "division_by_zero" },
    },
  ]);
});

test("is alive and ready, and says which routes were used but not which paths", async () => {
  const { url, metricsUrl } = await startProducer();
  await fetch(`${url}/api/v1/jobs/nobody`);
  const answers = await Promise.all([fetch(`${url}/healthz`), untilReady(url)]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  const scrape = await (await fetch(`${metricsUrl}/metrics`)).text();
  expect(scrape).toContain('http_route="/api/v1/jobs/:id",http_response_status_code="404"');
  expect(scrape).not.toContain("nobody");
});
