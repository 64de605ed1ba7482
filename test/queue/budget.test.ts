import { expect, test } from "vitest";
import { planRemoval } from "../../src/queue/budget.ts";

const none = { count: 0, bytes: 0 };

test("removes nothing while there is room, and nothing where Redis has no limit", () => {
  const kept = {
    succeeded: { count: 100, bytes: 300 },
    failed: { count: 10, bytes: 40 },
    events: { count: 100, bytes: 50 },
  };
  const nothing = { succeeded: 0, failed: 0, events: undefined };
  expect(planRemoval({ used: 500, limit: 1_000 }, kept)).toEqual(nothing);
  expect(planRemoval({ used: 1e12, limit: Infinity }, kept)).toEqual(nothing);
});

test("keeps ended jobs below 35 % of the limit, successes gone before failures", () => {
  const failed = { count: 50, bytes: 100 };
  const kept = { succeeded: { count: 100, bytes: 300 }, failed, events: none };
  expect(planRemoval({ used: 450, limit: 1_000 }, kept)).toEqual({
    succeeded: 17,
    failed: 0,
    events: undefined,
  });
  const failures = { ...kept, failed: { count: 50, bytes: 500 } };
  expect(planRemoval({ used: 850, limit: 1_000 }, failures)).toEqual({
    succeeded: 100,
    failed: 15,
    events: undefined,
  });
});

test("makes room for waiting jobs below 60 %, and leaves 10 % to ended ones whatever waits", () => {
  const kept = { succeeded: { count: 100, bytes: 300 }, failed: none, events: none };
  expect(planRemoval({ used: 650, limit: 1_000 }, kept).succeeded).toBe(17);
  expect(planRemoval({ used: 950, limit: 1_000 }, kept).succeeded).toBe(67);
});

test("trims events to 5 % of the limit by their mean size, and does not take their excess from jobs", () => {
  const kept = {
    succeeded: { count: 100, bytes: 300 },
    failed: none,
    events: { count: 2_000, bytes: 400 },
  };
  expect(planRemoval({ used: 750, limit: 1_000 }, kept)).toEqual({
    succeeded: 0,
    failed: 0,
    events: 250,
  });
  const large = { ...kept, events: { count: 100, bytes: 400 } };
  expect(planRemoval({ used: 750, limit: 1_000 }, large).events).toBe(50);
});
