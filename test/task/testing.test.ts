import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { defineTask, type JobContext, type Task, TaskRejectedError } from "#task";
import { testTask, testTaskExamples } from "#task/testing";

/** A task that takes a text, and whatever else these fields say. */
function taskWith(fields: Partial<Task>) {
  const input = z.strictObject({ text: z.string().trim().min(1) });
  return defineTask({
    title: "Test",
    description: "Does it.",
    timeLimitMs: 5_000,
    run: async () => null,
    ...fields,
    input,
  });
}

async function obey(_: unknown, { signal }: Pick<JobContext, "signal">): Promise<unknown> {
  return sleep(60_000, undefined, { signal });
}

/** Past its signal, for longer than a task may take to stop. */
async function oversleep(): Promise<unknown> {
  return sleep(1_500);
}

const nothing = { progress: [], log: [], submitted: [] };

test("tells the result as a submitter gets it, of the input as the worker gets it", async () => {
  const task = taskWith({
    run: async ({ text }) => ({ text, zero: -0, gone: undefined }),
  });
  expect(await testTask(task, { text: "  a " })).toEqual({
    result: { text: "a", zero: 0 },
    ...nothing,
  });
});

test("tells null where the task returns nothing", async () => {
  expect(await testTask(taskWith({ run: async () => undefined }), { text: "a" })).toMatchObject({
    result: null,
  });
});

test("tells why the producer refuses an input, without running the task", async () => {
  let runs = 0;
  const task = taskWith({ run: async () => (runs += 1) });
  expect(await testTask(task, { text: " " })).toMatchObject({
    refused: expect.stringContaining("at text"),
  });
  expect(runs).toBe(0);
});

/** Throws what is no error. */
function toss(value: unknown): never {
  throw value;
}

test.each<[what: string, run: () => Promise<unknown>, ending: object]>([
  [
    "a rejection",
    async () => toss(new TaskRejectedError("invalid_input", "no")),
    { failure: "invalid_input", reason: "no", retried: false },
  ],
  ["an error", async () => toss(new Error("x")), { failure: "_OTHER", reason: "x", retried: true }],
  ["a text", async () => toss("gone"), { failure: "_OTHER", reason: "gone", retried: true }],
  ["null", async () => toss(null), { failure: "_OTHER", reason: "threw null", retried: true }],
  [
    "a huge message",
    async () => toss(new Error("x".repeat(10_000_000))),
    { failure: "_OTHER", reason: "x".repeat(2_000), retried: true },
  ],
  [
    "a Map",
    async () => new Map(),
    {
      failure: "_OTHER",
      reason: "the result is a Map, expected Object.fromEntries() of it",
      retried: false,
    },
  ],
  [
    "10 MB",
    async () => "x".repeat(10_000_000),
    { failure: "overflow", reason: "the result is larger than 65536 bytes", retried: false },
  ],
])("sorts %s as the worker does", async (_, run, ending) => {
  expect(await testTask(taskWith({ run }), { text: "a" })).toEqual({ ...ending, ...nothing });
});

test("ends a task at its time limit, an isolated one too", async () => {
  const timeout = { failure: "timeout", reason: "still running after its limit of 20 ms" };
  for (const isolated of [false, true]) {
    const task = taskWith({ run: obey, isolated, timeLimitMs: 20 });
    expect(await testTask(task, { text: "a" })).toMatchObject(timeout);
  }
});

test("aborts a task as a stopping worker does", async () => {
  const task = taskWith({ run: obey });
  expect(await testTask(task, { text: "a" }, { abortAfterMs: 10 })).toMatchObject({
    failure: "cancelled",
    reason: "aborted after 10 ms",
    retried: true,
  });
});

test("does not accept a task that goes on after its signal has aborted", async () => {
  const deaf: Partial<Task> = { run: () => new Promise(() => {}), timeLimitMs: 10 };
  await expect(testTask(taskWith(deaf), { text: "a" })).rejects.toThrow(
    "the task goes on 1 s after its signal has aborted: expected it to stop",
  );
  // Its process would be killed.
  expect(await testTask(taskWith({ ...deaf, isolated: true }), { text: "a" })).toMatchObject({
    failure: "timeout",
  });
});

test("does not accept a task that leaves an interval running", async () => {
  const timers: NodeJS.Timeout[] = [];
  onTestFinished(() => timers.forEach(clearInterval));
  const leaky = async () => void timers.push(setInterval(() => {}, 1_000));
  await expect(testTask(taskWith({ run: leaky }), { text: "a" })).rejects.toThrow(
    "the task leaves 1 interval running: expected clearInterval() in a finally",
  );
  const tidy = async () => {
    const timer = setInterval(() => {}, 1);
    await sleep(5);
    clearInterval(timer);
    // One that lost a race ends by itself.
    timers.push(setTimeout(() => {}, 1_000));
    setInterval(() => {}, 1_000).unref();
  };
  expect(await testTask(taskWith({ run: tidy }), { text: "a" })).toMatchObject({ result: null });
});

test("does not accept what the services would refuse to start with", async () => {
  const odd = { ...taskWith({}), timelimitMs: 5 };
  await expect(testTask(odd, { text: "a" })).rejects.toThrow(
    'the task cannot be run: its "timelimitMs" is unknown, expected only title, ',
  );
});

test("does not accept a schema that takes not what it returns", async () => {
  const task = defineTask({
    title: "Test",
    description: "Does it.",
    input: z.strictObject({
      code: z
        .string()
        .regex(/^[A-Z]+$/)
        .overwrite((text) => (text === "XYZ" ? "ABC" : text === "ABC" ? "XYZ" : text)),
    }),
    timeLimitMs: 1_000,
    run: async () => null,
  });
  await expect(testTask(task, { code: "XYZ" })).rejects.toThrow(
    'its input "code" changes what it has returned when it is applied again',
  );
});

test("collects what a task tells of its job", async () => {
  const task = taskWith({
    run: async (_, job) => {
      job.progress(0.5, "half");
      job.progress(1);
      job.log.info("read", { rows: 3 });
      job.log.error("lost");
      return job.attempt;
    },
  });
  expect(await testTask(task, { text: "a" })).toEqual({
    result: 1,
    progress: [{ fraction: 0.5, text: "half" }, { fraction: 1 }],
    log: [
      { level: "info", message: "read", fields: { rows: 3 } },
      { level: "error", message: "lost" },
    ],
    submitted: [],
  });
});

test("collects the jobs that a task submits, each once, and refuses what a worker would", async () => {
  const child = taskWith({});
  const submitTwice = taskWith({
    run: async (_, job) => {
      await job.submit(child, { text: " a " });
      await job.submit(child, { text: "a" });
      await job.submit(child, { text: "a" }, { key: "again", delayMs: 5 });
    },
  });
  expect(await testTask(submitTwice, { text: "a" })).toMatchObject({
    result: null,
    submitted: [
      { task: child, input: { text: "a" } },
      { task: child, input: { text: "a" }, key: "again", delayMs: 5 },
    ],
  });
  const misuse = taskWith({
    run: async (_, job) => {
      await job.submit(child, { text: "a" }, { key: "one" });
      await job.submit(child, { text: "b" }, { key: "one" });
    },
  });
  expect(await testTask(misuse, { text: "a" })).toMatchObject({
    failure: "_OTHER",
    reason: expect.stringContaining('this job has used the key "one" for another'),
    retried: false,
    submitted: [{ key: "one" }],
  });
});

test("tells every example that does not end as it says", async () => {
  const task = taskWith({
    run: async ({ text }) => {
      if (text === "no") throw new TaskRejectedError("invalid_input", "no");
      return { text, gone: undefined };
    },
  });
  const examples = [
    { input: { text: "a" }, result: { text: "a" } },
    { input: { text: "no" }, failure: "invalid_input" as const },
    { input: { text: "b" }, result: { text: "c" } },
    { input: { text: "no" }, failure: "overflow" as const },
  ];
  expect(await testTaskExamples({ ...task, examples })).toEqual([
    "example 3 ends as { result: { text: 'b' } }, expected { result: { text: 'c' } }",
    "example 4 ends as { failure: 'invalid_input', reason: 'no', retried: false }, expected { failure: 'overflow' }",
  ]);
});

test("tells of an example that ends otherwise when it is run again", async () => {
  let runs = 0;
  const examples = [{ input: { text: "a" }, result: 1 }];
  expect(await testTaskExamples(taskWith({ run: async () => (runs += 1), examples }))).toEqual([
    "example 1 ends as { result: 2 } when it is run again, expected { result: 1 }",
  ]);
});

test("tells of an example that does not stop", async () => {
  const examples = [{ input: { text: "a" }, result: null }];
  expect(await testTaskExamples(taskWith({ run: oversleep, examples }))).toEqual([
    expect.stringMatching(/^example 1: the task goes on 1 s after its signal has aborted/),
  ]);
});
