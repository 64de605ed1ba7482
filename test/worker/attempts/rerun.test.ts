import { expect, test } from "vitest";
import { z } from "zod";
import { defineTask, TaskRejectedError } from "../../../src/task/task.ts";
import { postJson, readBody, readJob } from "../../support/client.ts";
import { boardAuthorization, startProducer } from "../../support/producer.ts";
import { until } from "../../support/until.ts";
import { startWorker } from "../../support/worker.ts";

/**
 * A job of a task that fails in its first so many attempts, the first of all for good if it is
 * rejected, and what retries it in Bull Board.
 */
async function startJob(failures: number, { rejected = false } = {}) {
  let runs = 0;
  const flaky = defineTask({
    title: "Flaky",
    description: "",
    input: z.strictObject({}),
    timeLimitMs: 5_000,
    async run() {
      runs += 1;
      if (rejected && runs === 1) throw new TaskRejectedError("overflow", "not in run 1");
      if (runs <= failures) throw new Error(`not in run ${runs}`);
      return runs;
    },
  });
  const tasks = new Map([["flaky", flaky]]);
  const { url, boardUrl, queue, name } = await startProducer({ tasks, readOnly: false });
  const { registry } = await startWorker(name, { tasks });
  const { id } = await readBody(await postJson(`${url}/api/v1/jobs`, { task: "flaky", input: {} }));

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
    const path = `${boardUrl}/api/queues/${encodeURIComponent(name)}/${id}/retry`;
    expect((await fetch(path, { method: "PUT", headers })).status).toBe(204);
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
  return { untilEnded, retry, counts, page };
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
