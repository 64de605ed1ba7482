import { expect, test } from "vitest";
import { slopeOf } from "./slope.ts";

test("a straight line has its own slope, noise around it does not count", () => {
  const points = [0, 1, 2, 3].map((x) => ({ x, y: 7 + 2 * x + (x === 1 || x === 2 ? 0.5 : 0.5) }));
  expect(slopeOf(points)).toBeCloseTo(2);
  expect(slopeOf([0, 1, 2, 3].map((x) => ({ x, y: [5, 6, 6, 5][x] ?? 0 })))).toBeCloseTo(0);
});

test("one point has none", () => {
  expect(slopeOf([{ x: 1, y: 1 }])).toBeNaN();
});
