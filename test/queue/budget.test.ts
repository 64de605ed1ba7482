import { expect, test } from "vitest";
import { countFor, planRemoval } from "../../src/queue/budget.ts";

/** What goes where no client has more than its share. */
function plan(...[memory, kept]: Parameters<typeof planRemoval>) {
  const { succeeded, failed, events } = planRemoval(memory, kept);
  return {
    succeeded: countFor(kept.succeeded, succeeded),
    failed: countFor(kept.failed, failed),
    events,
  };
}

const none = { count: 0, bytes: 0 };

test("removes nothing while there is room", () => {
  const kept = {
    succeeded: { count: 100, bytes: 300 },
    failed: { count: 10, bytes: 40 },
    events: { count: 100, bytes: 50 },
  };
  const nothing = { succeeded: 0, failed: 0, events: undefined };
  expect(plan({ used: 500, limit: 1_000 }, kept)).toEqual(nothing);
  // Where Redis has no limit, nothing has to make room for what else is there.
  expect(plan({ used: 1e12, limit: Infinity }, kept)).toEqual(nothing);
});

test("keeps ended jobs below 35 % of the limit, successes gone before failures", () => {
  const failed = { count: 50, bytes: 100 };
  const kept = { succeeded: { count: 100, bytes: 300 }, failed, events: none };
  expect(plan({ used: 450, limit: 1_000 }, kept)).toEqual({
    succeeded: 17,
    failed: 0,
    events: undefined,
  });
});

test("failures that need more than half of it go, too, and never leave successes without room", () => {
  const failed = { count: 50, bytes: 500 };
  const kept = { succeeded: { count: 100, bytes: 300 }, failed, events: none };
  expect(plan({ used: 850, limit: 1_000 }, kept)).toEqual({
    succeeded: 42,
    failed: 33,
    events: undefined,
  });
  const few = { ...kept, succeeded: { count: 10, bytes: 30 } };
  expect(plan({ used: 580, limit: 1_000 }, few)).toEqual({
    succeeded: 0,
    failed: 18,
    events: undefined,
  });
});

test("keeps ended jobs and events as of a Redis of 512 MB where there is no limit", () => {
  const mb = 1024 * 1024;
  const kept = {
    succeeded: { count: 1_000, bytes: 300 * mb },
    failed: none,
    events: { count: 1_000, bytes: 100 * mb },
  };
  expect(plan({ used: 400 * mb, limit: Infinity }, kept)).toEqual({
    succeeded: Math.ceil(((300 - 0.35 * 512) / 300) * 1_000),
    failed: 0,
    events: 256,
  });
});

test("makes room for waiting jobs below 60 %, and leaves 10 % to ended ones whatever waits", () => {
  const kept = { succeeded: { count: 100, bytes: 300 }, failed: none, events: none };
  expect(plan({ used: 650, limit: 1_000 }, kept).succeeded).toBe(17);
  expect(plan({ used: 950, limit: 1_000 }, kept).succeeded).toBe(67);
});

test("trims events to 5 % of the limit by their mean size, and does not take their excess from jobs", () => {
  const kept = {
    succeeded: { count: 100, bytes: 300 },
    failed: none,
    events: { count: 2_000, bytes: 400 },
  };
  expect(plan({ used: 750, limit: 1_000 }, kept)).toEqual({
    succeeded: 0,
    failed: 0,
    events: 250,
  });
  const large = { ...kept, events: { count: 100, bytes: 400 } };
  expect(plan({ used: 750, limit: 1_000 }, large).events).toBe(50);
});
