import { expect, test } from "vitest";
import type { JobFilter } from "../../../src/contract/job-filter.ts";
import type { JobCursor, JobSort } from "../../../src/producer/explorer/job-index.ts";
import {
  createJobTable,
  type JobTable,
  type TableJob,
} from "../../../src/producer/explorer/job-table.ts";
import { countStates, findAddresses, findPage } from "../../../src/producer/explorer/queries.ts";

function describeJob(id: string, job: Partial<TableJob> = {}): TableJob {
  return {
    id,
    queue: "default",
    task: "divide",
    state: "waiting",
    createdAt: 1_000,
    readyAt: 1_000,
    startedAt: undefined,
    endedAt: undefined,
    waitedMs: undefined,
    attempts: 0,
    failureClass: undefined,
    group: undefined,
    submitter: undefined,
    release: undefined,
    isHidden: false,
    ...job,
  };
}

function createTable(jobs: readonly TableJob[]): JobTable {
  const table = createJobTable();
  for (const job of jobs) table.put(job, 1);
  return table;
}

function page(
  table: JobTable,
  asked: {
    filter?: JobFilter;
    sort?: JobSort;
    cursor?: JobCursor;
    limit?: number;
  } = {},
) {
  const { filter = {}, sort = "created", cursor, limit = 3 } = asked;
  const { jobs, ...rest } = findPage(table, filter, { sort, cursor, limit });
  return { ids: jobs.map(({ id }) => id).join(""), ...rest };
}

test("each filter finds the jobs that it is about, and no heartbeat", () => {
  const failed = { state: "failed", failureClass: "timeout", group: "0123456789ab" } as const;
  const table = createTable([
    describeJob("a"),
    describeJob("b", { task: "primes", queue: "slow" }),
    describeJob("c", { ...failed, createdAt: 500, endedAt: 9_000 }),
    describeJob("d", { submitter: "nightly", state: "succeeded", endedAt: 2_000 }),
    describeJob("e", { isHidden: true }),
  ]);
  const find = (filter: JobFilter) =>
    findAddresses(table, filter, 10)
      .map(({ id }) => id)
      .toSorted()
      .join("");
  expect(find({})).toBe("abcd");
  expect(find({ states: ["waiting"] })).toBe("ab");
  expect(find({ states: ["failed", "succeeded"] })).toBe("cd");
  expect(find({ task: "primes" })).toBe("b");
  expect(find({ queue: "slow" })).toBe("b");
  expect(find({ task: "nothing" })).toBe("");
  expect(find({ failureClass: "timeout" })).toBe("c");
  expect(find({ group: failed.group })).toBe("c");
  expect(find({ submitter: "nightly" })).toBe("d");
  expect(find({ fromMs: 1_000, toMs: 2_000 })).toBe("ab");
  expect(find({ fromMs: 2_000 })).toBe("cd");
  expect(find({ id: "c" })).toBe("c");
  expect(find({ id: "c", task: "primes" })).toBe("");
  expect(find({ id: "e" })).toBe("");
  expect(countStates(table, { states: ["failed"] })).toEqual({
    waiting: 2,
    working: 0,
    retrying: 0,
    scheduled: 0,
    succeeded: 1,
    failed: 1,
  });
});

test("a page begins behind its cursor or ends before it, and says what is on either side", () => {
  const table = createTable(
    ["a", "b", "c", "d", "e", "f", "g"].map((id, i) => describeJob(id, { createdAt: 10 * i })),
  );
  expect(page(table)).toEqual({ ids: "gfe", hasBefore: false, hasAfter: true });
  const after = page(table, { cursor: { side: "after", value: 40, id: "e" } });
  expect(after).toEqual({ ids: "dcb", hasBefore: true, hasAfter: true });
  const last = page(table, { cursor: { side: "after", value: 10, id: "b" } });
  expect(last).toEqual({ ids: "a", hasBefore: true, hasAfter: false });
  const before = page(table, { cursor: { side: "before", value: 10, id: "b" } });
  expect(before).toEqual({ ids: "edc", hasBefore: true, hasAfter: true });
  const first = page(table, { cursor: { side: "before", value: 50, id: "f" } });
  expect(first).toEqual({ ids: "g", hasBefore: false, hasAfter: true });
});

test("pages stay as they are while jobs come in, are removed and end", () => {
  const table = createTable(
    ["a", "b", "c", "d"].map((id, i) => describeJob(id, { createdAt: 10 * i })),
  );
  const cursor = { side: "after", value: 20, id: "c" } as const;
  expect(page(table, { cursor }).ids).toBe("ba");
  table.put(describeJob("z", { createdAt: 100 }), 1);
  table.remove("default", "c");
  table.put(describeJob("b", { createdAt: 10, state: "succeeded", endedAt: 200 }), 1);
  expect(page(table, { cursor })).toEqual({ ids: "ba", hasBefore: true, hasAfter: false });
});

test("jobs of one millisecond are in one order on all pages, and those without a value last", () => {
  const table = createTable([
    describeJob("a", { endedAt: 5, startedAt: 1, waitedMs: 7 }),
    describeJob("b", { endedAt: 5, startedAt: 4, waitedMs: 9 }),
    describeJob("c"),
    describeJob("d"),
  ]);
  expect(page(table, { sort: "ended", limit: 9 }).ids).toBe("badc");
  expect(page(table, { sort: "waited", limit: 9 }).ids).toBe("badc");
  expect(page(table, { sort: "ran", limit: 9 }).ids).toBe("abdc");
  const cursor = { side: "after", value: undefined, id: "d" } as const;
  expect(page(table, { sort: "ended", cursor }).ids).toBe("c");
  expect(page(table, { sort: "ended", cursor: { ...cursor, side: "before" } }).ids).toBe("ba");
});

test("of many jobs a page has the same as if all were sorted, and slots are used again", () => {
  const table = createJobTable();
  let seed = 7;
  const random = () => (seed = (seed * 48_271) % 2_147_483_647);
  for (let i = 0; i < 5_000; i += 1) {
    table.put(describeJob(String(i), { createdAt: random() % 1_000 }), 1);
    if (i % 3 === 0) table.remove("default", String(random() % (i + 1)));
  }
  const all = findPage(table, {}, { sort: "created", cursor: undefined, limit: 10_000 }).jobs;
  expect(all.length).toBe(table.size);
  expect(table.end).toBeLessThan(5_000);
  const sorted = all.toSorted(
    (a, b) => (b.createdAt ?? 0) - (a.createdAt ?? 0) || (a.id < b.id ? 1 : -1),
  );
  expect(all).toEqual(sorted);
  const { jobs } = findPage(table, {}, { sort: "created", cursor: undefined, limit: 100 });
  expect(jobs).toEqual(sorted.slice(0, 100));
});

test("what is known of a job comes back as it was given", () => {
  const job = describeJob("a", {
    state: "failed",
    startedAt: 1_500,
    endedAt: 1_700,
    waitedMs: 500,
    attempts: 4,
    failureClass: "_OTHER",
    group: "0123456789ab",
    submitter: "nightly",
    release: "a1b2c3d",
  });
  const { isHidden, ...shown } = job;
  expect(isHidden).toBe(false);
  const table = createTable([describeJob("a", { group: "ffffffffffff" }), job]);
  const slot = table.find("default", "a") ?? -1;
  expect(table.jobAt(slot)).toEqual({ ...shown, ranMs: 200 });
  expect(table.size).toBe(1);
  expect(table.names.group.list()).toEqual(["0123456789ab"]);
});
