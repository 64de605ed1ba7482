import { expect, test } from "vitest";
import { readForgotten } from "../../src/queue/forgotten.ts";
import { removeJob, retryJob } from "../../src/queue/job-moves.ts";
import { addFailedJobs } from "../support/failed-jobs.ts";
import { startProducer } from "../support/producer.ts";

const removeFailed: typeof retryJob = (queue, redis, { id }) =>
  removeJob(queue, redis, id) as ReturnType<typeof retryJob>;

test.each([
  ["retried", retryJob],
  ["removed", removeFailed],
] as const)(
  "where a key of the queue is damaged, a job that is to be %s stays where it is",
  async (_, move) => {
    const { queue, redis } = await startProducer();
    const [id = ""] = await addFailedJobs(queue, redis, 1);
    const marks = queue.toKey("cancelled");
    await redis.multi().del(marks).set(marks, "x").exec();
    await expect(move(queue, redis, { id })).rejects.toThrow(/cancelled is a string/);
    expect(await redis.zscore(queue.toKey("failed"), id)).not.toBeNull();
    expect(await redis.exists(queue.toKey(id))).toBe(1);
  },
);

test("of a job that had ended it is noted that one is missing from then on, the latest of them", async () => {
  const { queue, redis } = await startProducer();
  const [older = "", newer = ""] = await addFailedJobs(queue, redis, 2);
  await redis.zadd(queue.toKey("failed"), 1_000, older, 2_000, newer);
  await removeJob(queue, redis, newer);
  await removeJob(queue, redis, older);
  expect(await readForgotten(queue, redis, "failed")).toBe(2_000);
  expect(await readForgotten(queue, redis, "completed")).toBe(0);
});
