import { Redis } from "ioredis";
import { expect, onTestFinished, test } from "vitest";
import { createRandomId } from "../../../src/queue/job-id.ts";
import { unavailability } from "../../../src/producer/http/errors.ts";
import { describeError } from "../../../src/producer/pages/error-words.ts";
import { startProducer } from "../../support/producer.ts";
import { ownRedis } from "../../support/redis.ts";

const kinds = Object.entries(unavailability).map(([kind, { detail }]) => ({
  type: "about:blank" as const,
  title: "Service Unavailable",
  status: 503,
  detail,
  kind: kind as keyof typeof unavailability,
}));

test.each(kinds)("a $kind while a job is read says nothing of a submission", (problem) => {
  const { title, text } = describeError(problem, "job");
  expect(title).toBe("The job cannot be shown now");
  expect(text).toMatch(/^[A-Z].*\. The job is neither lost nor stopped by this\. .*by itself\.$/);
  expect(text).not.toMatch(/queued|Idempotency/);
});

test.each(kinds)("a $kind while a form is sent says what became of the job", (problem) => {
  const { title, text } = describeError(problem, "submission");
  const isUnknown = problem.kind === "unknown";
  expect(title).toBe(isUnknown ? "Your job may have been queued" : "Your job was not queued");
  expect(text).toMatch(/^[A-Z].*What you entered is kept here\./);
  expect(text).not.toMatch(/Idempotency/);
});

test.each([400, 403, 413, 415, 429])(
  "a form that could not be read, answered %d, made no job, and nothing of it is kept",
  (status) => {
    const problem = { type: "about:blank", title: "", status, detail: "it is wrong" } as const;
    const { title, text } = describeError(problem, "unread submission");
    expect(title).toBe("Your job was not queued");
    expect(text).toMatch(/^[A-Z].*\. Go back, and send the form again\.$/);
    expect(text).not.toMatch(/kept|by itself/);
  },
);

test("a job that cannot be read is asked for again by its page", async () => {
  const server = await ownRedis();
  const { url } = await startProducer({ redisUrl: server.url });
  const admin = new Redis(server.url);
  onTestFinished(() => admin.disconnect());
  await admin.call("CLIENT", "PAUSE", "3000", "ALL");
  const response = await fetch(`${url}/jobs/${createRandomId()}`);
  const page = await response.text();

  expect(response.status).toBe(503);
  expect(page).toContain(`<meta http-equiv="refresh" content="2" />`);
  expect(page).toContain("The job is neither lost nor stopped by this.");
});
