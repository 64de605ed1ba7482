import { expect, test } from "vitest";
import divide from "../../src/tasks/divide.ts";
import { jobWith } from "../support/job.ts";

const run = (x: number, y: number) => divide.run({ x, y, delayMs: 0 }, jobWith());

test.each([
  [10, 2, 5],
  [1, 4, 0.25],
  [0, 5, 0],
  [-9, 3, -3],
])("divides %d by %d", async (x, y, quotient) => {
  expect(await run(x, y)).toBe(quotient);
});

test.each([
  [10, 0, "division_by_zero", "cannot divide 10 by zero"],
  [0, -0, "division_by_zero", "cannot divide 0 by zero"],
  [1e308, 1e-10, "overflow", "1e+308 / 1e-10 is too large for a finite number"],
])("rejects %d / %d as %s", async (x, y, failureClass, message) => {
  await expect(run(x, y)).rejects.toMatchObject({
    name: "TaskRejectedError",
    failureClass,
    message,
  });
});

test("pretends to work for 5 s unless told otherwise", () => {
  expect(divide.input.parse({ x: 1, y: 2 })).toEqual({ x: 1, y: 2, delayMs: 5_000 });
});

test.each([{ y: 2 }, { x: "1", y: 2 }, { x: 1, y: Infinity }, { x: 1, y: 2, delayMs: 60_001 }])(
  "does not take %j",
  (input) => {
    expect(divide.input.safeParse(input).success).toBe(false);
  },
);

test("stops working as soon as it is aborted", async () => {
  const abort = new AbortController();
  const work = divide.run({ x: 1, y: 2, delayMs: 60_000 }, jobWith(abort.signal));
  abort.abort();
  await expect(work).rejects.toMatchObject({ name: "AbortError" });
});

test("does not wait where nothing is to be waited for", async () => {
  // A tick comes after all promises that nothing holds back, and before every timer.
  const tick = new Promise((resolve) => process.nextTick(resolve, "waits"));
  expect(await Promise.race([run(10, 2), tick])).toBe(5);
});
