import { expect, test } from "vitest";
import { z } from "zod";
import { defineTask } from "../../../src/task/task.ts";
import { postJson, readBody, readJob, untilFinal } from "../../support/client.ts";
import { startProducer } from "../../support/producer.ts";
import { ownRedis } from "../../support/redis.ts";
import { collectLog } from "../../support/telemetry.ts";
import { until } from "../../support/until.ts";
import { startWorker } from "../../support/worker.ts";

/** A producer of a task that fails once where it is asked to, and wants one unfinished job per user. */
async function startJobs(options: Parameters<typeof startProducer>[0] = {}) {
  let runs = 0;
  const task = defineTask({
    title: "Try",
    description: "",
    input: z.strictObject({ fails: z.boolean().default(false), user: z.string().optional() }),
    timeLimitMs: 5_000,
    attempts: { max: 4, backoffMs: 60_000 },
    unique: ({ user }) => user,
    async run({ fails }) {
      runs += 1;
      if (fails) throw new Error("not now");
      return "done";
    },
  });
  const tasks = new Map([["try", task]]);
  const producer = await startProducer({ tasks, ...options });
  const submit = async (
    input: object = {},
    more: object = {},
    headers: Record<string, string> = {},
  ) => {
    const submission = { task: "try", input, ...more };
    return readBody(await postJson(`${producer.url}/api/v1/jobs`, submission, headers));
  };
  const cancel = async (id: string, url = producer.url) => {
    const answer = await fetch(`${url}/api/v1/jobs/${id}/cancel`, { method: "POST" });
    return { status: answer.status, body: await readBody(answer) };
  };
  return { ...producer, tasks, submit, cancel, runs: () => runs };
}

const from = (address: string) => ({ "x-forwarded-for": address });

const cancelled = {
  status: 200,
  body: { status: "failed", error_type: "cancelled_by_user", error: "cancelled on request" },
};

test("a waiting job that is cancelled ends at once, and is never run", async () => {
  const { url, queue, redis, name, tasks, submit, cancel, runs } = await startJobs();
  const { id } = await submit();
  expect(await cancel(id)).toMatchObject(cancelled);
  expect(await cancel(id)).toMatchObject(cancelled);
  expect(await readJob(url, id)).toMatchObject({ ...cancelled.body, attempts: 0 });
  expect(await queue.getJobCounts("waiting", "failed")).toEqual({ waiting: 0, failed: 1 });
  expect((await queue.getJob(id))?.failedReason).toBe("cancelled_by_user: cancelled on request");

  await startWorker(name, { tasks });
  const other = await submit();
  expect(await untilFinal(url, other.id)).toMatchObject({ status: "succeeded" });
  expect(runs()).toBe(1);
  expect(await redis.zcard(queue.toKey("cancelled"))).toBe(0);
});

test("a trace and a log line say who has cancelled what", async () => {
  const { log, lines } = collectLog();
  const { tracing, submit, cancel } = await startJobs({ log });
  const { id } = await submit();
  await cancel(id);
  const isOfJob = ({ name, attributes = {} }: { name: string; attributes?: object }) =>
    name === "job cancelled" && Object.values(attributes).includes(id);
  const span = await until("the request's span", () =>
    tracing.spans.getFinishedSpans().find(({ events }) => events.some(isOfJob)),
  );
  expect(lines()).toContainEqual(
    expect.objectContaining({
      msg: "job cancelled while it waited",
      job_id: id,
      task: "try",
      error_type: "cancelled_by_user",
      trace_id: span.spanContext().traceId,
    }),
  );
});

test("a delayed job, one with a priority and one of a paused queue can be cancelled as well", async () => {
  const { queue, submit, cancel } = await startJobs();
  const delayed = await submit({}, { delayMs: 3_600_000 });
  expect(await cancel(delayed.id)).toMatchObject(cancelled);
  const options = { jobId: "aaaaaaaaaaaaaaaaaaaaaaaaaa", priority: 5 };
  const prioritized = await queue.add("try", { fails: false }, options);
  expect(await queue.getPrioritizedCount()).toBe(1);
  expect(await cancel(String(prioritized.id))).toMatchObject(cancelled);
  await queue.pause();
  const { id } = await submit();
  expect(await cancel(id)).toMatchObject(cancelled);
  const counts = await queue.getJobCounts("waiting", "prioritized", "failed");
  expect(counts).toEqual({ waiting: 0, prioritized: 0, failed: 3 });
});

test("a job that waits for its next attempt ends without it", async () => {
  const { url, name, tasks, submit, cancel, runs } = await startJobs();
  await startWorker(name, { tasks });
  const { id } = await submit({ fails: true });
  const waits = async () => (await readJob(url, id)).waiting?.reason === "retrying";
  await until("the first attempt to fail", waits);
  expect(await cancel(id)).toMatchObject(cancelled);
  expect(await readJob(url, id)).toMatchObject({ ...cancelled.body, attempts: 1 });
  expect(runs()).toBe(1);
});

test("a job that has ended by itself stays what it is, and who cancels it is told so", async () => {
  const { url, name, tasks, submit, cancel } = await startJobs();
  await startWorker(name, { tasks });
  const { id } = await submit();
  await untilFinal(url, id);
  expect(await cancel(id)).toMatchObject({
    status: 409,
    body: { detail: `the job "${id}" has succeeded already, expected one that has not ended` },
  });
  expect(await readJob(url, id)).toMatchObject({ status: "succeeded", result: "done" });
  expect((await cancel("nobody")).status).toBe(404);
});

test("a cancelled job frees its unique key and its client's place", async () => {
  const { submit, cancel } = await startJobs({ limits: { unfinishedPerClient: 1 } });
  const first = await submit({ user: "ada" });
  expect((await submit({ user: "eve" })).status).toBe(429);
  expect(await cancel(first.id)).toMatchObject(cancelled);
  // Places are looked for four times a second.
  const second = await until("a place for another", async () => {
    const job = await submit({ user: "ada" });
    return job.status !== 429 && job;
  });
  expect([second.status, second.id === first.id]).toEqual(["waiting", false]);
});

test("where clients are limited, nobody else cancels what a client has submitted", async () => {
  const limits = { unfinishedPerClient: 10, trustProxy: true };
  const { url, queue, submit } = await startJobs({ limits });
  const { id } = await submit({}, {}, from("203.0.113.1"));
  const ofNobody = await queue.add(
    "try",
    { fails: false },
    { jobId: "aaaaaaaaaaaaaaaaaaaaaaaaaa" },
  );
  const ask = async (job: string, address: string) => {
    const path = `${url}/api/v1/jobs/${job}/cancel`;
    return (await fetch(path, { method: "POST", headers: from(address) })).status;
  };
  expect(await ask(id, "203.0.113.2")).toBe(403);
  expect(await ask(String(ofNobody.id), "203.0.113.1")).toBe(403);
  expect(await readJob(url, id)).toMatchObject({ status: "waiting" });
  expect(await ask(id, "203.0.113.1")).toBe(200);
});

test("whoever follows a waiting job is told that another producer has cancelled it", async () => {
  const { url, name, tasks, submit, cancel } = await startJobs();
  const other = await startProducer({ name, tasks });
  const { id } = await submit();
  const events = fetch(`${url}/api/v1/jobs/${id}/events`).then((answer) => answer.text());
  const seen = async () => (await readJob(url, id)).status === "waiting";
  await until("it to be seen waiting", seen);
  expect(await cancel(id, other.url)).toMatchObject(cancelled);
  expect(await events).toContain('"error_type":"cancelled_by_user"');
});

test("a cancelled job is counted once, also after it was retried by hand", async () => {
  const { url, metricsUrl, queue, name, tasks, submit, cancel } = await startJobs();
  const { id } = await submit();
  await cancel(id);
  await cancel(id);
  const counted = async (metric: string) => {
    const text = await (await fetch(`${metricsUrl}/metrics`)).text();
    const series = `${metric}{queue="${name}",task="try",outcome="failed",error_type="cancelled_by_user"}`;
    return text
      .split("\n")
      .find((line) => line.startsWith(series))
      ?.split(" ")[1];
  };
  expect(await counted("taskqueue_jobs_finished_total")).toBe("1");
  await (await queue.getJob(id))?.retry("failed");
  expect(await cancel(id)).toMatchObject(cancelled);
  expect(await counted("taskqueue_jobs_finished_total")).toBe("1");
  expect(await counted("taskqueue_jobs_finished_again_total")).toBe("1");

  await (await queue.getJob(id))?.retry("failed");
  const { registry } = await startWorker(name, { tasks });
  expect(await untilFinal(url, id)).toMatchObject({ status: "succeeded", attempts: 1 });
  const again = `taskqueue_jobs_finished_again_total{queue="${name}",task="try",outcome="succeeded",error_type=""} 1`;
  await until("it to be counted", async () => (await registry.metrics()).includes(again));
});

test("while Redis is away a job is not cancelled, and who asks is told so", async () => {
  const redis = await ownRedis();
  const { url, submit, cancel } = await startJobs({ redisUrl: redis.url });
  const { id } = await submit();
  await redis.signal("SIGKILL");
  expect((await cancel(id)).status).toBe(503);
  await redis.start();
  const back = async () => (await fetch(`${url}/readyz`)).ok;
  await until("the producer to be back", back);
  expect(await readJob(url, id)).toMatchObject({ status: "waiting" });
  expect(await cancel(id)).toMatchObject(cancelled);
});
