import type { JobsOptions } from "bullmq";
import { expect, test } from "vitest";
import { createRandomId } from "../../../src/queue/job-id.ts";
import { readJob, submitDivision } from "../../support/client.ts";
import { startProducer } from "../../support/producer.ts";
import { until } from "../../support/until.ts";
import { startWorker } from "../../support/worker.ts";

const cases: readonly [string, JobsOptions, string, string][] = [
  ["with a delay", { delay: 3_600_000 }, "delayed", "It was added with a delay: it starts"],
  ["with a priority", { priority: 3 }, "queued", "1 job is before it."],
];

test.each(cases)(
  "a job that an operator has added %s is not told to have been tried, or to be next",
  async (_, options, reason, told) => {
    const { url, queue, name } = await startProducer();
    await startWorker(name, { config: { concurrency: 1 } });
    const { id: busyWith } = await submitDivision(url, { x: 1, y: 1, delayMs: 60_000 });
    await until("the worker to be busy", async () => {
      return (await readJob(url, busyWith)).status === "working";
    });
    await submitDivision(url, { x: 2, y: 1 });
    const jobId = createRandomId();
    await queue.add("quotient", { x: 1, y: 1, delayMs: 0 }, { jobId, ...options });
    expect((await readJob(url, jobId)).waiting?.reason).toBe(reason);
    const page = await (await fetch(`${url}/jobs/${jobId}`)).text();
    expect(page).toContain(told);
    expect(page).not.toContain("An attempt failed");
    expect(page).not.toContain("Next in line");
  },
);

test("the attempt that runs counts among the attempts, and one to come does not", async () => {
  const { url, name } = await startProducer();
  const { id } = await submitDivision(url, { x: 1, y: 1, delayMs: 60_000 });
  const readAttempts = async () =>
    /\d+ of at most \d+/.exec(await (await fetch(`${url}/jobs/${id}`)).text())?.[0];
  expect(await readAttempts()).toBe("0 of at most 4");
  await startWorker(name);
  await until("it to run", async () => (await readJob(url, id)).status === "working");
  expect(await readAttempts()).toBe("1 of at most 4");
});
