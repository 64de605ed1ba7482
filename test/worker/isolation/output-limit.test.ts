import { afterEach, expect, test, vi } from "vitest";
import { createOutputLimit } from "../../../src/worker/isolation/output-limit.ts";

afterEach(() => {
  vi.useRealTimers();
});

test("what a program prints beyond the limit is left out, and said once until the window ends", () => {
  vi.useFakeTimers();
  const dropped: number[] = [];
  const isWanted = createOutputLimit((characters) => dropped.push(characters));
  const piece = "x".repeat(65_536);
  const wanted = Array.from({ length: 10 }, () => isWanted(piece));
  expect(wanted).toEqual([true, true, true, true, ...Array.from({ length: 6 }, () => false)]);
  // However small, what follows is not told any more.
  expect(isWanted("x")).toBe(false);
  expect(dropped).toEqual([]);

  vi.advanceTimersByTime(10_000);
  expect(dropped).toEqual([6 * 65_536 + 1]);
  expect(isWanted(piece)).toBe(true);
  vi.advanceTimersByTime(60_000);
  expect(dropped).toHaveLength(1);
});

test("what a program prints in more lines than the limit is left out, however short they are", () => {
  vi.useFakeTimers();
  const isWanted = createOutputLimit(() => undefined);
  expect(isWanted("\n".repeat(600))).toBe(true);
  expect(isWanted("\n".repeat(600))).toBe(false);
  vi.advanceTimersByTime(10_000);
  expect(isWanted("\n".repeat(600))).toBe(true);
});
