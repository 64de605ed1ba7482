import { expect, test } from "vitest";
import { findGroups } from "../../../src/producer/explorer/groups.ts";
import { createJobTable } from "../../../src/producer/explorer/job-table.ts";
import { createKinds } from "../../../src/producer/explorer/kinds.ts";
import { createUpkeep } from "../../../src/producer/explorer/upkeep.ts";
import type { JobFacts } from "../../../src/queue/job-facts.ts";

const hour = 3_600_000;

function failedJob(id: string, endedAt: number, changes: Partial<JobFacts> = {}): JobFacts {
  return {
    id,
    state: "failed",
    task: "divide",
    isHeartbeat: false,
    createdAt: endedAt - 1_000,
    readyAt: endedAt - 1_000,
    startedAt: endedAt - 10,
    endedAt,
    waitedMs: 990,
    attempts: 1,
    submitter: undefined,
    release: undefined,
    failedReason: `division_by_zero: cannot divide ${id} by zero`,
    stacks: undefined,
    ...changes,
  };
}

test("failures alike are counted together, with when and in which releases they were", () => {
  const table = createJobTable();
  const kinds = createKinds(table.names.group);
  const upkeep = createUpkeep(table, kinds, 1_000);
  for (const [id, at, release] of [
    ["1", 0, "aaaaaaa"],
    ["2", 23.9 * hour, "bbbbbbb"],
    ["3", 23.95 * hour, "bbbbbbb"],
  ] as const) {
    upkeep.note("default", failedJob(id, at, { release }), 1);
  }
  const timeout = { failedReason: "timeout: ran longer than 10 s", task: "primes" };
  upkeep.note("default", failedJob("4", 12 * hour, timeout), 1);
  upkeep.note("default", { ...failedJob("5", hour), state: "succeeded" }, 1);
  const options = { nowMs: 24 * hour, messageOf: (group: string) => kinds.messageOf(group) };
  const groups = findGroups(table, {}, options);
  expect(groups).toMatchObject([
    {
      task: "divide",
      failureClass: "division_by_zero",
      message: "cannot divide # by zero",
      count: 3,
      firstAt: 0,
      lastAt: 23.95 * hour,
      releases: ["aaaaaaa", "bbbbbbb"],
      fromMs: 0,
      toMs: 24 * hour,
    },
    { task: "primes", failureClass: "timeout", message: "ran longer than # s", count: 1 },
  ]);
  const [first = { buckets: [] }] = groups;
  expect(first.buckets).toEqual([1, ...Array.from({ length: 22 }, () => 0), 2]);
  expect(findGroups(table, { fromMs: 13 * hour }, options)).toMatchObject([{ count: 2 }]);
});

test("of too many kinds to tell apart, what comes then is told by task and class alone", () => {
  const table = createJobTable();
  const kinds = createKinds(table.names.group);
  const upkeep = createUpkeep(table, kinds, 20_000);
  const words = "abcdefghijklmnopqrst";
  for (let i = 0; i < 5_100; i += 1) {
    const word = String(i).replace(/\d/g, (digit) => words[Number(digit)] ?? "");
    const failedReason = `_OTHER: no ${word}`;
    upkeep.note("default", failedJob(`job-${i}`, i, { failedReason }), 1);
  }
  expect(table.names.group.size).toBe(5_001);
  const options = { nowMs: 10_000, messageOf: (group: string) => kinds.messageOf(group) };
  expect(findGroups(table, {}, options)[0]).toMatchObject({
    count: 100,
    message: "others, of too many kinds to tell apart",
  });
});
