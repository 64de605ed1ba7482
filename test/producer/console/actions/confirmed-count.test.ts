import { expect, test } from "vitest";
import { startConsole } from "../../../support/console.ts";
import { addFailedJobs } from "../../../support/failed-jobs.ts";
import { until } from "../../../support/until.ts";

test("of jobs that have become more since they were confirmed none is touched, and they are to be confirmed anew", async () => {
  const { ask, look, queue, redis } = await startConsole();
  const untilListed = (count: number) =>
    until("listed", async () => {
      const { status, body } = await ask("/jobs?state=failed");
      return status === 200 && body.counts.failed === count && body.index.phase === "following";
    });
  await addFailedJobs(queue, redis, 2);
  await untilListed(2);
  const page = await look("/actions/new?action=delete&state=failed");
  expect(page).toContain("<h1>Delete 2 jobs</h1>");
  const fieldOf = (name: string) =>
    new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1]?.replaceAll("&amp;", "&") ?? "";
  const form = { action: "delete", filter: fieldOf("filter"), jobs: fieldOf("jobs") };
  await addFailedJobs(queue, redis, 3);
  await untilListed(5);

  const refused = await ask("/actions", { form });
  expect([refused.status, refused.text]).toEqual([
    409,
    expect.stringContaining("<h1>Delete 5 jobs</h1>"),
  ]);
  expect(refused.text).toContain("more jobs match now than the 2 of before");
  const told = await ask("/api/v1/actions", { json: { ...form, jobs: 2 } });
  expect([told.status, told.words]).toEqual([
    409,
    expect.stringContaining("5 jobs match now, expected 2 at most"),
  ]);
  expect(await queue.getFailedCount()).toBe(5);
  expect((await ask("/audit?on=jobs")).body.entries).toMatchObject([
    { outcome: "refused" },
    { outcome: "refused" },
  ]);
  expect((await ask("/actions", { form: { ...form, jobs: "5" } })).status).toBe(303);
  expect((await ask("/api/v1/actions", { json: { ...form, jobs: "many" } })).status).toBe(422);
});
