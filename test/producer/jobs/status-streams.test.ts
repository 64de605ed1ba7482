import { once } from "node:events";
import { expect, onTestFinished, test, vi } from "vitest";
import type { JobStatus } from "../../../src/producer/jobs/job-status.ts";
import { openStatusStreams } from "../../../src/producer/jobs/status-streams.ts";

test("a status is written as JSON once, however many watch the job and however often they are told", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  let written = 0;
  const countWriting = () => {
    written += 1;
    return {};
  };
  const createStatus = (ahead: number): JobStatus => ({
    id: "a",
    task: "nothing",
    status: "waiting",
    input: { toJSON: countWriting },
    attempts: 0,
    max_attempts: 4,
    waiting: { reason: "queued", ahead },
    links: { self: "/a", events: "/a/events", page: "/a" },
  });
  let latest = createStatus(3);
  const streams = openStatusStreams(async () => latest);
  onTestFinished(() => streams.close());
  const watching = Array.from({ length: 10 }, () => streams.open(latest));
  await vi.advanceTimersByTimeAsync(2_000);
  latest = createStatus(2);
  await vi.advanceTimersByTimeAsync(2_000);

  const told = watching.map((body) => String(body.read()).match(/"ahead":\d/g));
  expect(told).toEqual(watching.map(() => ['"ahead":3', '"ahead":2']));
  expect(written).toBe(2);
});

const job: JobStatus = {
  id: "a".repeat(26),
  task: "quotient",
  status: "working",
  input: {},
  attempts: 0,
  max_attempts: 1,
  links: { self: "/self", events: "/events", page: "/page" },
};

test("lets 500 watch their jobs at once, and another as soon as one has left", async () => {
  const streams = openStatusStreams(async () => job);
  onTestFinished(() => streams.close());
  const [first] = Array.from({ length: 500 }, () => streams.open(job));
  expect(() => streams.open(job)).toThrow(expect.objectContaining({ kind: "too_many_streams" }));
  const left = first && once(first, "close");
  first?.destroy();
  await left;
  expect(streams.open(job).writable).toBe(true);
});
