import { expect, inject, onTestFinished, test } from "vitest";
import { readEndedJobs } from "../../../src/producer/overview/ended-jobs.ts";
import { openRedis } from "../../../src/queue/connection.ts";
import { recordForgotten } from "../../../src/queue/forgotten.ts";
import { startProducer } from "../../support/producer.ts";

test("does not tell of a time whose jobs were removed because Redis needed their memory", async () => {
  const { queue } = await startProducer();
  const redis = openRedis({ url: inject("redisUrl"), password: undefined }, "background");
  onTestFinished(() => redis.disconnect());
  const now = Math.floor(Date.now() / 1_000) * 1_000;
  await recordForgotten(queue, redis, "completed", now - 2_500);
  // A client's own jobs went first: what goes now is older, and what went is still missing.
  await recordForgotten(queue, redis, "completed", now - 4_500);
  const seconds = await readEndedJobs(queue, redis, now - 5_000, now);
  expect([...seconds]).toEqual([
    [now - 5_000, undefined],
    [now - 4_000, undefined],
    [now - 3_000, undefined],
  ]);
});
