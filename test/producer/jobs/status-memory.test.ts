import { expect, onTestFinished, test, vi } from "vitest";
import type { JobStatus } from "../../../src/producer/jobs/job-status.ts";
import { createStatusMemory } from "../../../src/producer/jobs/status-memory.ts";

/** A memory of jobs whose reads the test answers itself, in their order. */
function createAnswered(limits?: Parameters<typeof createStatusMemory>[1]) {
  const reads: { readonly id: string; readonly answer: (status: JobStatus | undefined) => void }[] =
    [];
  const memory = createStatusMemory((id) => {
    const { promise, resolve } = Promise.withResolvers<JobStatus | undefined>();
    reads.push({ id, answer: resolve });
    return promise;
  }, limits);
  return { memory, reads };
}

function statusOf(id: string, status: JobStatus["status"] = "waiting"): JobStatus {
  const links = { self: "", events: "", page: "" };
  const job = {
    id,
    task: "nothing",
    queue: "default",
    input: {},
    attempts: 0,
    max_attempts: 4,
    links,
  };
  if (status === "succeeded") return { ...job, status, result: null };
  return status === "failed"
    ? { ...job, status, error_type: "_OTHER", error: "" }
    : { ...job, status };
}

test("readers of one job cost one read in so much time, however many they are", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  onTestFinished(() => void vi.useRealTimers());
  const { memory, reads } = createAnswered({ ms: 1_000, characters: 1_000 });
  const asked = [memory.find("a"), memory.find("a"), memory.find("a")];
  await Promise.resolve();
  reads[0]?.answer(statusOf("a"));
  expect(await Promise.all(asked)).toEqual(Array.from({ length: 3 }, () => statusOf("a")));
  vi.advanceTimersByTime(999);
  expect(await memory.find("a")).toEqual(statusOf("a"));
  expect(reads.length).toBe(1);

  vi.advanceTimersByTime(1);
  void memory.find("a");
  await Promise.resolve();
  expect(reads.length).toBe(2);
});

test("what has happened to a job is told to whoever asks after it, also during a read", async () => {
  const { memory, reads } = createAnswered();
  const early = memory.find("a");
  await Promise.resolve();
  memory.forget("a");
  const late = memory.find("a");
  await Promise.resolve();
  reads[1]?.answer(statusOf("a", "succeeded"));
  expect(await late).toEqual(statusOf("a", "succeeded"));
  // The read that was overtaken ends last, and is not remembered.
  reads[0]?.answer(statusOf("a"));
  expect(await early).toEqual(statusOf("a"));
  expect(await memory.find("a")).toEqual(statusOf("a", "succeeded"));
  expect(reads.length).toBe(2);
});

test("that a job is missing is not remembered, nor taken from a read that began earlier", async () => {
  const { memory, reads } = createAnswered();
  const early = memory.find("a");
  await Promise.resolve();
  const late = [memory.find("a"), memory.find("a")];
  await Promise.resolve();
  reads[0]?.answer(undefined);
  expect(await early).toBeUndefined();
  await vi.waitFor(() => expect(reads.length).toBe(2));
  reads[1]?.answer(statusOf("a"));
  expect(await Promise.all(late)).toEqual([statusOf("a"), statusOf("a")]);
  expect(reads.length).toBe(2);
});

test("a read that fails is not remembered", async () => {
  let reads = 0;
  const memory = createStatusMemory(async () => {
    reads += 1;
    if (reads === 1) throw new Error("away");
    return statusOf("a");
  });
  await expect(memory.find("a")).rejects.toThrow("away");
  expect(await memory.find("a")).toEqual(statusOf("a"));
});

test("the jobs that were read first are forgotten where together they are too long", async () => {
  const length = JSON.stringify(statusOf("a")).length;
  let reads = 0;
  const read = async (id: string) => {
    reads += 1;
    return statusOf(id);
  };
  const memory = createStatusMemory(read, { ms: 60_000, characters: 2 * length });
  const readsOf = async (...ids: string[]) => {
    const before = reads;
    for (const id of ids) await memory.find(id);
    return reads - before;
  };
  expect(await readsOf("a", "b", "a", "b")).toBe(2);
  expect(await readsOf("c", "b", "c")).toBe(1);
  expect(await readsOf("a")).toBe(1);
});
