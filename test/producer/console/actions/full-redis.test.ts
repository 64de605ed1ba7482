import { expect, test } from "vitest";
import { submitDivision } from "../../../support/client.ts";
import { startConsole } from "../../../support/console.ts";
import { addFailedJobs } from "../../../support/failed-jobs.ts";
import { ownRedis } from "../../../support/redis.ts";
import { until } from "../../../support/until.ts";

test("while Redis' memory is full, operators delete and cancel jobs, one by one and many, and are told why no more", async () => {
  const { url: redisUrl } = await ownRedis();
  const { ask, look, url, queue, redis } = await startConsole({ redisUrl });
  const [one = "", other = ""] = await addFailedJobs(queue, redis, 62);
  const { id: waiting } = await submitDivision(url, { x: 1, y: 1 });
  await until("listed", async () => {
    const { status, body } = await ask("/jobs?state=failed");
    return status === 200 && body.counts.failed === 62 && body.index.phase === "following";
  });
  await redis.config("SET", "maxmemory", "1mb");

  const deleted = await ask(`/api/v1/jobs/${one}/delete`, { method: "POST" });
  expect([deleted.text, deleted.status, await redis.exists(queue.toKey(one))]).toEqual([
    expect.any(String),
    200,
    0,
  ]);
  expect((await ask(`/api/v1/jobs/${waiting}/cancel`, { method: "POST" })).status).toBe(200);
  const retried = await ask(`/api/v1/jobs/${other}/retry`, { method: "POST" });
  expect([retried.status, retried.words]).toEqual([
    503,
    expect.stringContaining("jobs can still be cancelled and deleted"),
  ]);
  const form = await ask(`/jobs/${other}/retry`, { form: {} });
  expect([form.status, form.text]).toEqual([
    503,
    expect.stringContaining("jobs can still be cancelled and deleted"),
  ]);
  const ordered = await ask("/api/v1/actions", { json: { action: "delete", filter: "" } });
  expect([ordered.status, ordered.text]).toEqual([202, expect.any(String)]);
  const run = await until("the run to end", async () => {
    const { body } = await ask(`/api/v1/actions/${ordered.body.id}`);
    return body.state !== "running" && body;
  });
  expect(run).toMatchObject({ state: "done", refused: 0, failed: 0 });
  expect(await queue.getFailedCount()).toBeLessThanOrEqual(1);
  expect(await look("/audit?action=delete")).toContain("done");
  expect((await ask("/audit?on=job")).body.entries).toMatchObject([
    { action: "retry", outcome: "failed" },
    { action: "retry", outcome: "failed" },
    { action: "cancel", outcome: "done" },
    { action: "delete", outcome: "done" },
  ]);
});
