import { expect, test } from "vitest";
import { maxRunMs } from "../../../src/worker/blocking/lock-renewal.ts";

test.each([
  ["a task, for as long as its limit", ["slow"], 90_000],
  ["several, for as long as the slowest", ["quick", "slow"], 90_000],
  ["the heartbeat, for as long as a lock lasts", ["_heartbeat"], 30_000],
  ["the heartbeat beside a quick task, likewise", ["quick", "_heartbeat"], 30_000],
])("a worker may be blocked by %s", (_, names, ms) => {
  const limits = new Map([
    ["quick", 1_000],
    ["slow", 90_000],
  ]);
  expect(maxRunMs(names, { limits, lockMs: 30_000 })).toBe(ms);
});
