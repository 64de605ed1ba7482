import { once } from "node:events";
import { expect, onTestFinished, test, vi } from "vitest";
import type { JobStatus } from "../../../src/producer/jobs/job-status.ts";
import { createStatusMemory } from "../../../src/producer/jobs/status-memory.ts";
import { openStatusStreams } from "../../../src/producer/jobs/status-streams.ts";

/** Ticks come when the test says so. */
function takeClock(): void {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
  onTestFinished(() => void vi.useRealTimers());
}

test("a status is written as JSON once, however many watch the job and however often they are told", async () => {
  takeClock();
  let written = 0;
  const countWriting = () => {
    written += 1;
    return {};
  };
  const createStatus = (ahead: number): JobStatus => ({
    id: "a",
    task: "nothing",
    queue: "default",
    status: "waiting",
    input: { toJSON: countWriting },
    attempts: 0,
    max_attempts: 4,
    waiting: { reason: "queued", ahead },
    links: { self: "/a", events: "/a/events", page: "/a" },
  });
  let latest = createStatus(3);
  const streams = openStatusStreams({ renew: async () => latest, isLatest: () => true });
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
  queue: "default",
  status: "working",
  input: {},
  attempts: 0,
  max_attempts: 1,
  links: { self: "/self", events: "/events", page: "/page" },
};

test("whoever watches is told once that the job cannot be read, and how it stands when it can", async () => {
  takeClock();
  let isAway = false;
  const read = async () => {
    if (isAway) throw new Error("Redis is away");
    return job;
  };
  const streams = openStatusStreams({ renew: read, isLatest: () => true });
  onTestFinished(() => streams.close());
  const body = streams.open(job);
  isAway = true;
  await vi.advanceTimersByTimeAsync(3_000);
  isAway = false;
  await vi.advanceTimersByTimeAsync(3_000);

  const told = String(body.read()).match(/(?<=^event: ).*\n.*$/gm);
  const status = `status\ndata: ${JSON.stringify(job)}`;
  expect(told).toEqual([status, `unread\ndata: {"id":"${job.id}"}`, status]);
});

test("lets 500 watch their jobs at once, and another as soon as one has left", async () => {
  const streams = openStatusStreams({ renew: async () => job, isLatest: () => true });
  onTestFinished(() => streams.close());
  const [first] = Array.from({ length: 500 }, () => streams.open(job));
  expect(() => streams.open(job)).toThrow(expect.objectContaining({ kind: "too_many_streams" }));
  const left = first && once(first, "close");
  first?.destroy();
  await left;
  expect(streams.open(job).writable).toBe(true);
});

const ended: JobStatus = { ...job, status: "succeeded", finished_at: "2026-01-02T03:04:05.678Z" };

/** Streams of jobs whose reads the test answers itself, in their order. */
function openAnswered() {
  takeClock();
  const reads: ((status: JobStatus | undefined) => void)[] = [];
  const memory = createStatusMemory(() => {
    const { promise, resolve } = Promise.withResolvers<JobStatus | undefined>();
    reads.push(resolve);
    return promise;
  });
  const streams = openStatusStreams(memory);
  onTestFinished(() => streams.close());
  const move = () => {
    memory.forget(job.id);
    streams.refresh(job.id);
  };
  const answer = async (read: number, status: JobStatus) => {
    reads[read]?.(status);
    await vi.advanceTimersByTimeAsync(0);
  };
  return { memory, streams, reads, move, answer };
}

function statusesIn(body: { read(): unknown }) {
  return String(body.read()).match(/(?<="status":")\w+/g);
}

test("a move between the first read and the watch is told at once, not at the next tick", async () => {
  const { memory, streams, reads, move, answer } = openAnswered();
  const first = memory.find(job.id);
  await vi.advanceTimersByTimeAsync(0);
  move();
  await answer(0, job);
  const body = streams.open((await first) ?? ended);
  await vi.advanceTimersByTimeAsync(0);
  expect(reads.length).toBe(2);
  await answer(1, ended);
  expect(statusesIn(body)).toEqual(["working", "succeeded"]);
  expect(body.writableEnded).toBe(true);
});

test("a job that nothing has happened to is not read again because it is watched", async () => {
  const { memory, streams, reads, answer } = openAnswered();
  const first = memory.find(job.id);
  await vi.advanceTimersByTimeAsync(0);
  await answer(0, job);
  const status = (await first) ?? ended;
  const bodies = [streams.open(status), streams.open(status)];
  await vi.advanceTimersByTimeAsync(999);
  expect(reads.length).toBe(1);
  // The tick reads it once for both.
  await vi.advanceTimersByTimeAsync(1);
  expect(reads.length).toBe(2);
  await answer(1, ended);
  // Whoever has not taken the end yet costs no more reads.
  await vi.advanceTimersByTimeAsync(3_000);
  expect(reads.length).toBe(2);
  expect(bodies.map(statusesIn)).toEqual([
    ["working", "succeeded"],
    ["working", "succeeded"],
  ]);
});

test("nobody is told of what a read has found that began before the job moved", async () => {
  const { memory, streams, reads, move, answer } = openAnswered();
  const body = streams.open(job);
  await vi.advanceTimersByTimeAsync(0);
  expect(reads.length).toBe(1);
  move();
  const later = memory.find(job.id);
  await vi.advanceTimersByTimeAsync(0);
  await answer(1, { ...job, attempts: 1 });
  const newcomer = streams.open((await later) ?? ended);
  // The first read is answered last, with what was true when it began.
  await answer(0, { ...job, status: "waiting" });
  await answer(2, { ...job, attempts: 1 });
  expect(String(newcomer.read()).match(/event: status/g)).toHaveLength(1);
  expect(statusesIn(body)).toEqual(["working", "working"]);
});

test("only the final event has an id, which is another one after the job was retried by hand", async () => {
  const { streams } = openAnswered();
  const again = { ...ended, finished_at: "2026-01-02T03:04:06.000Z" };
  const idOf = (status: JobStatus) => /^id: (.*)$/m.exec(String(streams.open(status).read()))?.[1];
  const { finished_at: _, ...damaged } = ended;
  expect([job, ended, again, damaged].map(idOf)).toEqual([
    undefined,
    ended.finished_at,
    again.finished_at,
    "succeeded",
  ]);
});
