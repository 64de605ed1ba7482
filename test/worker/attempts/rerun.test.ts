import type { JobsOptions } from "bullmq";
import { expect, test } from "vitest";
import { z } from "zod";
import { defineTask, TaskRejectedError } from "../../../src/task/task.ts";
import { postJson, readBody, readJob } from "../../support/client.ts";
import { boardAuthorization, startProducer } from "../../support/producer.ts";
import { until } from "../../support/until.ts";
import { startWorker } from "../../support/worker.ts";

interface JobSetting {
  readonly rejected?: boolean;
  readonly hangsIn?: number;
  /** As somebody may have given them to the job in Bull Board. */
  readonly jobOptions?: JobsOptions;
}

/**
 * A job of a task that fails in its first so many attempts, the first of all for good if it is
 * rejected, and hangs in one of them; what retries it in Bull Board, and what lets it stall too often.
 */
async function startJob(
  failures: number,
  { rejected = false, hangsIn = 0, jobOptions = {} }: JobSetting = {},
) {
  let runs = 0;
  const flaky = defineTask({
    title: "Flaky",
    description: "",
    input: z.strictObject({}),
    timeLimitMs: 5_000,
    async run() {
      runs += 1;
      if (rejected && runs === 1) throw new TaskRejectedError("overflow", "not in run 1");
      if (runs === hangsIn) return new Promise(() => undefined);
      if (runs <= failures) throw new Error(`not in run ${runs}`);
      return runs;
    },
  });
  const tasks = new Map([["flaky", flaky]]);
  const setting = { tasks, readOnly: false };
  const { url, boardUrl, queue, redis, name } = await startProducer(setting);
  const { id } = await readBody(await postJson(`${url}/api/v1/jobs`, { task: "flaky", input: {} }));
  const key = queue.toKey(String(id));
  const opts: unknown = JSON.parse((await redis.hget(key, "opts")) ?? "");
  await redis.hset(key, { opts: JSON.stringify(Object.assign({}, opts, jobOptions)) });
  const { registry } = await startWorker(name, { tasks, config: { stalledCheckMs: 200 } });

  const untilEnded = async (attempts: number) => {
    // Retries wait for seconds, which are no part of this.
    const sooner = async () => {
      const job = await queue.getJob(String(id));
      if ((await job?.isDelayed()) === true) await job?.promote();
      const read = await readJob(url, String(id));
      return (
        read.attempts === attempts &&
        (read.status === "failed" || read.status === "succeeded") &&
        read
      );
    };
    return until(`attempt ${attempts} to end`, sooner);
  };
  const retry = async () => {
    const headers = { authorization: boardAuthorization, origin: boardUrl };
    const path = `${boardUrl}/board/api/queues/${encodeURIComponent(name)}/${id}/retry`;
    expect((await fetch(path, { method: "PUT", headers })).status).toBe(204);
  };
  const stall = async () => {
    await until("the attempt to hang", () => runs === hangsIn);
    await redis.hset(key, { stc: 5 });
    await redis.del(`${key}:lock`);
  };
  const counted = async (metric: string, outcome: string) =>
    (await registry.metrics())
      .split("\n")
      .filter(
        (line) =>
          line.startsWith(`${metric}{`) && line.includes(`task="flaky",outcome="${outcome}"`),
      )
      .reduce((sum, line) => sum + Number(line.split(" ")[1]), 0);
  const readCounts = async () => ({
    failed: await counted("taskqueue_jobs_finished_total", "failed"),
    succeeded: await counted("taskqueue_jobs_finished_total", "succeeded"),
    failedAgain: await counted("taskqueue_jobs_finished_again_total", "failed"),
    succeededAgain: await counted("taskqueue_jobs_finished_again_total", "succeeded"),
  });
  /** Once so many ends are counted: Redis knows of the last one a moment before the worker does. */
  const counts = async (ends: number) =>
    until("the ends to be counted", async () => {
      const read = await readCounts();
      return Object.values(read).reduce((sum, count) => sum + count, 0) >= ends && read;
    });
  const page = async () => (await fetch(`${url}/jobs/${id}`)).text();
  return { untilEnded, retry, stall, counts, page };
}

test("a job that is retried in Bull Board four times is counted as one, and its attempts stay true", async () => {
  const { untilEnded, retry, counts, page } = await startJob(7);
  await untilEnded(4);
  for (const attempts of [5, 6, 7, 8]) {
    await retry();
    const job = await untilEnded(attempts);
    expect(job).toMatchObject({ attempts, max_attempts: attempts });
  }
  expect(await page()).toContain("8 of at most 8");
  expect(await counts(5)).toEqual({ failed: 1, succeeded: 0, failedAgain: 3, succeededAgain: 1 });
});

test("a job that succeeded in its second attempt and is retried in Bull Board is counted as one", async () => {
  const { untilEnded, retry, counts } = await startJob(1);
  await untilEnded(2);
  await retry();
  await untilEnded(3);
  expect(await counts(2)).toEqual({ failed: 0, succeeded: 1, failedAgain: 0, succeededAgain: 1 });
});

test("a job that was rejected is counted as one, however many attempts follow its retry in Bull Board", async () => {
  const { untilEnded, retry, counts } = await startJob(2, { rejected: true });
  await untilEnded(1);
  await retry();
  await untilEnded(3);
  expect(await counts(2)).toEqual({ failed: 1, succeeded: 0, failedAgain: 0, succeededAgain: 1 });
});

test("a job that is retried in Bull Board and then stalls too often is counted as one", async () => {
  const { untilEnded, retry, stall, counts } = await startJob(1, { rejected: true, hangsIn: 2 });
  await untilEnded(1);
  await retry();
  await stall();
  await untilEnded(2);
  expect(await counts(2)).toEqual({ failed: 1, succeeded: 0, failedAgain: 1, succeededAgain: 0 });
});

test.for<JobsOptions>([
  { attempts: 7 },
  { attempts: 3, stackTraceLimit: 1 },
  { attempts: 3, stackTraceLimit: 0 },
])("the retries that a job has of its own do not make it another: %o", async (jobOptions) => {
  const attempts = jobOptions.attempts ?? 0;
  const { untilEnded, retry, counts } = await startJob(attempts + 1, { jobOptions });
  await untilEnded(attempts);
  expect(await counts(1)).toEqual({ failed: 1, succeeded: 0, failedAgain: 0, succeededAgain: 0 });
  await retry();
  await untilEnded(attempts + 1);
  expect(await counts(2)).toEqual({ failed: 1, succeeded: 0, failedAgain: 1, succeededAgain: 0 });
});
