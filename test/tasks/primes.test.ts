import { expect, test } from "vitest";
import { testTask, testTaskExamples } from "#task/testing";
import primes from "../../src/tasks/primes.ts";
import { jobWith } from "../support/job.ts";

test("every example ends as it says, stops when told to, and may run twice", async () => {
  expect(await testTaskExamples(primes)).toEqual([]);
});

// As tables of the prime-counting function have them.
test.each([
  [2, 1, 2],
  [3, 2, 3],
  [4, 2, 3],
  [9, 4, 7],
  [25, 9, 23],
  [999_999, 78_498, 999_983],
  [1_000_001, 78_498, 999_983],
  [1_000_003, 78_499, 1_000_003],
  [10_000_000, 664_579, 9_999_991],
])("up to %d there are %d primes, the largest %d", async (upTo, count, largest) => {
  expect(await testTask(primes, { upTo })).toMatchObject({ result: { count, largest } });
});

test("tells how far it is after each range, and logs each tenth of the way", async () => {
  const { progress, log } = await testTask(primes, { upTo: 20_000_000 });
  expect(progress).toHaveLength(20);
  expect(progress[0]).toEqual({ fraction: 0.05, text: "78,498 primes up to 1,000,000" });
  expect(progress.at(-1)).toEqual({ fraction: 1, text: "1,270,607 primes up to 20,000,000" });
  expect(log).toHaveLength(10);
  expect(log[0]).toEqual({
    level: "info",
    message: "counted up to 2,000,000",
    fields: { count: 148_933, largest: 1_999_993 },
  });
});

test("looks at no further range once it is stopped", async () => {
  const stop = new AbortController();
  const work = primes.run({ upTo: 1_000_000_000 }, jobWith(stop.signal));
  stop.abort();
  await expect(work).rejects.toMatchObject({ name: "AbortError" });
});

test.each([1, -7, 2.5, 1_000_000_001])("does not take %d", async (upTo) => {
  expect(await testTask(primes, { upTo })).toMatchObject({
    refused: expect.stringContaining("at upTo"),
  });
});
