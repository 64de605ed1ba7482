import { expect, test } from "vitest";
import { createClocks } from "../../../src/worker/blocking/clocks.ts";

/** Lets a thread come to its next step only after so long. */
function stepAfter(ms: number): number {
  const clocks = createClocks();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  clocks.advance("guard");
  expect(clocks.read("main")).toBe(0);
  return clocks.read("guard");
}

test("a thread that was late has run all the while", () => {
  expect(stepAfter(300)).toBeGreaterThanOrEqual(300);
});

test("a thread whose process was stopped has run for half a second at most", () => {
  expect(stepAfter(700)).toBe(500);
});

test("both threads read the same clocks", () => {
  const ours = createClocks();
  const theirs = createClocks(ours.memory);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  theirs.advance("main");
  expect(ours.read("main")).toBe(theirs.read("main"));
  expect(ours.read("main")).toBeGreaterThanOrEqual(20);
});
