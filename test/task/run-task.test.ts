import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { z } from "zod";
import { defineTask, type Task } from "../../src/task/task.ts";
import { classifyFailure } from "../../src/task/failure.ts";
import { runTask } from "../../src/task/run-task.ts";
import { attemptWith } from "../support/job.ts";

const calm = attemptWith();

function taskThat(run: (signal: AbortSignal) => Promise<unknown>, timeLimitMs = 5_000) {
  return defineTask({
    title: "Test",
    description: "",
    input: z.strictObject({}),
    timeLimitMs,
    run: (_, { signal }) => run(signal),
  });
}

test("ends a task at its time limit, even one that ignores its signal", async () => {
  const deaf = taskThat(() => new Promise(() => {}), 20);
  await expect(runTask(deaf, {}, calm)).rejects.toMatchObject({ name: "TimeLimitError" });
});

test("reports the time limit, not the abort error that a well-behaved task throws", async () => {
  const polite = taskThat((signal) => sleep(5_000, undefined, { signal }), 20);
  await expect(runTask(polite, {}, calm)).rejects.toMatchObject({ name: "TimeLimitError" });
});

test("ends a task when the worker stops", async () => {
  const stop = new AbortController();
  const work = runTask(
    taskThat(() => new Promise(() => {})),
    {},
    attemptWith(stop.signal),
  );
  stop.abort(new Error("the worker stops"));
  await expect(work).rejects.toThrow("the worker stops");
});

/** A task that returns so many characters, and may return 100,000 bytes. */
function returning(length: number) {
  return { ...taskThat(async () => "x".repeat(length)), maxResultBytes: 100_000 };
}

test("takes a result as large as the task says, and no larger one", async () => {
  // With its two quotes.
  await expect(runTask(returning(99_998), {}, calm)).resolves.toHaveLength(99_998);
  await expect(runTask(returning(99_999), {}, calm)).rejects.toMatchObject({
    failureClass: "overflow",
    message: "the result is larger than 100000 bytes",
  });
});

test.each([
  [{ rows: [{ ratio: Number.NaN }] }, 'the result at "rows[0].ratio" is NaN'],
  [-Infinity, "the result is -Infinity"],
  ["x".repeat(70_000), "the result is larger than 65536 bytes"],
  [Array(70_000).fill(1), "the result is larger than 65536 bytes"],
])("rejects a result that Redis would not give back, %#", async (result, message) => {
  const task = taskThat(async () => result);
  await expect(runTask(task, {}, calm)).rejects.toMatchObject({
    failureClass: "overflow",
    message,
  });
});

class Point {
  readonly x = 1;
}

function circle(): object {
  const part: { whole?: object } = {};
  const whole = { part };
  part.whole = whole;
  return whole;
}

const unreadable = {
  get rows(): unknown {
    throw new Error("closed");
  },
};

function nested(levels: number): unknown {
  return Array(levels)
    .fill(0)
    .reduce<unknown>((inner) => [inner], 1);
}

test.each([
  [new Map([["a", 1]]), "the result is a Map, expected Object.fromEntries() of it"],
  [{ tags: new Set([1]) }, 'the result at "tags" is a Set, expected an array of its members'],
  [{ rows: [{ due: new Date(0) }] }, 'the result at "rows[0].due" is a Date, expected its toISO'],
  [{ found: Promise.resolve(1) }, 'the result at "found" is a Promise, expected what it resolves'],
  [new RangeError("no"), "the result is an error, expected its message, or to be thrown"],
  [{ data: Buffer.from("a") }, 'the result at "data" is a Buffer, expected its toString("base64")'],
  [[new Uint8Array(2)], 'the result at "[0]" is a Uint8Array, expected Array.from() of it'],
  [{ at: new Point() }, 'the result at "at" is a Point, expected a plain object'],
  [() => 1, "the result is a function, which JSON does not have"],
  [{ mark: Symbol("s") }, 'the result at "mark" is a symbol, which JSON does not have'],
  [{ count: 1n }, 'the result at "count" is a BigInt, expected a number or a text of digits'],
  [[1, undefined], 'the result at "[1]" is undefined, expected null'],
  [Array(3), 'the result at "[0]" is undefined, expected null'],
  [circle(), 'the result at "part.whole" refers back to what it is part of'],
  [nested(20_000), "is nested deeper than 500 levels"],
  [unreadable, "the result cannot be read: Error: closed"],
])("fails a result that JSON would not keep at once, and blames us, %#", async (result, reason) => {
  const error: unknown = await runTask(
    taskThat(async () => result),
    {},
    calm,
  ).catch((thrown: unknown) => thrown);
  expect(classifyFailure(error)).toEqual({
    failureClass: "_OTHER",
    reason: expect.stringContaining(reason),
    retryable: false,
  });
});

test.each([
  [undefined],
  [null],
  [{ a: 1, gone: undefined }],
  [Object.assign(Object.create(null), { a: [true, "\ud800", -1.5e-7] })],
])("keeps a result that JSON keeps, %#", async (result) => {
  expect(
    await runTask(
      taskThat(async () => result),
      {},
      calm,
    ),
  ).toBe(result);
});

test("keeps a part that a result has twice", async () => {
  const part = { a: 1 };
  const task = taskThat(async () => ({ first: part, second: part }));
  expect(await runTask(task, {}, calm)).toEqual({ first: part, second: part });
});

test("a task that does not wait for what it submits ends once that is stored, and not before", async () => {
  const child = taskThat(async () => null);
  const floating: Task = {
    ...child,
    run: async (_, job) => void job.submit(child, {}),
  };
  const happened: string[] = [];
  const stored = Promise.withResolvers<{ id: string }>();
  const attempt = attemptWith(undefined, undefined, () => stored.promise);
  const end = runTask(floating, {}, attempt).then(() => happened.push("ended"));
  await setImmediate();
  happened.push("stored");
  stored.resolve({ id: "two" });
  await end;
  expect(happened).toEqual(["stored", "ended"]);

  const lost = attemptWith(undefined, undefined, async () => {
    await setImmediate();
    throw new Error("no room");
  });
  await expect(runTask(floating, {}, lost)).rejects.toThrow("no room");
});

const full = attemptWith(undefined, undefined, async () => {
  throw new Error("no room");
});

/** Runs a task that submits another one while there is no room for it. */
async function submitInVain(run: (submit: () => Promise<unknown>) => Promise<unknown>) {
  const child = taskThat(async () => null);
  return runTask({ ...child, run: (_, job) => run(() => job.submit(child, {})) }, {}, full);
}

test("a job fails if a submission that its task has left alone is lost long before its end", async () => {
  const work = submitInVain(async (submit) => {
    void submit();
    await sleep(1);
    return "done";
  });
  await expect(work).rejects.toThrow("no room");
});

test("a job fails for a mistake in a submission that its task has left alone", async () => {
  const child = taskThat(async () => null);
  const mistaken: Task = {
    ...child,
    run: async (_, job) => void job.submit(child, { colour: "red" } as never),
  };
  await expect(runTask(mistaken, {}, calm)).rejects.toMatchObject({ name: "SubmitError" });
});

test.each<[how: string, run: Parameters<typeof submitInVain>[0]]>([
  ["catches", async (submit) => submit().catch(String)],
  ["catches, but does not wait for", async (submit) => void submit().catch(String)],
  ["awaits in time", async (submit) => Promise.allSettled([submit(), submit()])],
  [
    "awaits later",
    async (submit) => {
      const submission = submit();
      await sleep(1);
      await submission.catch(String);
    },
  ],
])("a task decides what becomes of its job after a lost submission that it %s", async (_, run) => {
  const work = submitInVain(async (submit) => {
    await run(submit);
    return "done";
  });
  expect(await work).toBe("done");
});
