import { expect, test } from "vitest";
import { markOf } from "../../src/queue/attempt-entry.ts";
import { matchStacks } from "../../src/queue/attempt-stacks.ts";

function failed(start: number, stack: string) {
  return { start, stackMark: markOf(stack) };
}

test("a stack is that of the attempts that failed with it, whichever are kept and in whatever order", () => {
  const entries = [failed(1, "a"), failed(2, "b"), { start: 3 }, failed(4, "c"), failed(9, "b")];
  // As BullMQ keeps them: the last ones, and one twice where the connection broke.
  expect(matchStacks(entries, ["b", "c", "c", "b"])).toEqual(
    new Map([
      [2, "b"],
      [4, "c"],
      [9, "b"],
    ]),
  );
});
