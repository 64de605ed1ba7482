import { expect, test } from "vitest";
import { createRandomId } from "../../src/queue/job-id.ts";
import { priorityOf, readLineEnds } from "../../src/queue/priority-lines.ts";
import { startProducer } from "../support/producer.ts";

test.each([
  [undefined, "high"],
  [0, "high"],
  [1, "normal"],
  [10, "normal"],
  [11, "low"],
  [20, "low"],
  [2 ** 21, "low"],
  [-1, "high"],
  [Number.NaN, "high"],
  ["10", "high"],
])("a job whose record has the priority %s is of priority %s", (stored, priority) => {
  expect(priorityOf(stored)).toBe(priority);
});

test("each prioritized job is in one line, whatever number somebody has given it", async () => {
  const { queue, redis } = await startProducer();
  const numbers = [1, 9, 10, 11, 19, 20, 21, 2 ** 21 - 1];
  const ids = numbers.map(() => createRandomId());
  for (const [i, priority] of numbers.entries()) {
    await queue.add("quotient", {}, { jobId: ids[i] ?? "", priority });
  }
  const next = await readLineEnds(queue, redis, "next", 100);
  expect(next).toEqual([ids.slice(0, 3), ids.slice(3)]);
  const last = await readLineEnds(queue, redis, "last", 1);
  expect(last).toEqual([[ids[2]], [ids[7]]]);
});
