import { expect, test } from "vitest";
import { z } from "zod";
import { defineTask, type Task } from "../../../src/task/task.ts";
import { readJob, postJson, readBody, untilFinal } from "../../support/client.ts";
import { exhaustPatience } from "../../support/postponed.ts";
import { startProducer } from "../../support/producer.ts";
import { until } from "../../support/until.ts";
import { startWorker } from "../../support/worker.ts";

function greetingOfAtMost(letters: number): Task {
  return defineTask({
    title: "Greet",
    description: "",
    input: z.strictObject({ name: z.string().max(letters) }),
    timeLimitMs: 5_000,
    run: async ({ name }) => `Hello, ${name}!`,
  });
}

const known = new Map([["greet", greetingOfAtMost(20)]]);

const otherReleases = [
  ["does not have its task", new Map()],
  ["refuses its input", new Map([["greet", greetingOfAtMost(2)]])],
] as const;

/** A job that the producer took and that the only worker, of another release, has put off. */
async function postponedJob(tasks: ReadonlyMap<string, Task>) {
  const { url, queue, name } = await startProducer({ tasks: known });
  const worker = await startWorker(name, { tasks });
  const body = { task: "greet", input: { name: "Ada" } };
  const { id } = await readBody(await postJson(`${url}/api/v1/jobs`, body));
  const job = await until("the job to be put off", async () => {
    const read = await readJob(url, id);
    return read.waiting?.reason === "unknown_to_workers" && read;
  });
  return { url, queue, name, worker, id: String(id), job };
}

test.each(otherReleases)("a job whose worker %s waits for one that knows it", async (_, tasks) => {
  const { url, name, id, job, worker } = await postponedJob(tasks);
  expect(job).toMatchObject({ status: "waiting", attempts: 0 });
  expect(job).not.toHaveProperty("started_at");
  expect(Date.parse(job.waiting?.retry_at ?? "")).toBeGreaterThan(Date.parse(job.created_at ?? ""));
  expect(await (await fetch(`${url}/jobs/${id}`)).text()).toContain("No worker knows this task");

  await worker.worker.close();
  const { registry } = await startWorker(name, { tasks: known });
  expect(await untilFinal(url, id)).toMatchObject({ result: "Hello, Ada!", attempts: 1 });
  expect(await registry.metrics()).toMatch(/^taskqueue_job_wait_duration_seconds_count\{.*\} 1$/m);
});

test.each(otherReleases)(
  "a job that every worker %s fails through no fault of its submitter",
  async (_, tasks) => {
    const { url, queue, id, worker } = await postponedJob(tasks);
    await exhaustPatience(queue, id);
    expect(await untilFinal(url, id)).toMatchObject({ error_type: "unknown_task", attempts: 1 });
    expect(await worker.registry.metrics()).toMatch(/^taskqueue_jobs_postponed_total\{.*\} [1-9]/m);
  },
);

test("a job whose note of since when it waits was damaged is looked at ever more rarely all the same", async () => {
  const { url, queue, id } = await postponedJob(new Map());
  const redis = await queue.getBackend().client;
  await redis.hset(queue.toKey(id), { postponed: "0:soon" });
  await until("a new note", async () => {
    const note = await redis.hget(queue.toKey(id), "postponed");
    return note !== null && /^0:\d+$/.test(note);
  });
  const { waiting } = await readJob(url, id);
  expect(Date.parse(waiting?.retry_at ?? "")).toBeGreaterThan(Date.now() - 1_000);
});
