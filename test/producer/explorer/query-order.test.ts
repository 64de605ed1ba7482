import { expect, test } from "vitest";
import { createJobTable, type TableJob } from "../../../src/producer/explorer/job-table.ts";
import { findAddresses, findPage } from "../../../src/producer/explorer/queries.ts";

function describeJob(id: string, job: Partial<TableJob>): TableJob {
  return {
    id,
    queue: "default",
    task: "divide",
    state: "failed",
    createdAt: 1_000,
    readyAt: 1_000,
    startedAt: undefined,
    endedAt: undefined,
    waitedMs: undefined,
    attempts: 1,
    failureClass: undefined,
    group: undefined,
    submitter: undefined,
    release: undefined,
    isHidden: false,
    ...job,
  };
}

test("jobs to act on come in the order in which they were submitted", () => {
  const table = createJobTable();
  for (const [id, createdAt] of [
    ["c", 3_000],
    ["a", 1_000],
    ["d", 3_000],
    ["b", 2_000],
  ] as const) {
    table.put(describeJob(id, { createdAt }), 1);
  }
  expect(findAddresses(table, {}, 3)).toEqual([
    { queue: "default", id: "a", createdAt: 1_000 },
    { queue: "default", id: "b", createdAt: 2_000 },
    { queue: "default", id: "c", createdAt: 3_000 },
  ]);
});

test("by how long they ran, each job is on one page, also one that ended before it began by its worker's clock", () => {
  const table = createJobTable();
  const ids = ["a", "b", "c", "d"];
  for (const [i, id] of ids.entries()) {
    table.put(describeJob(id, { startedAt: 5_000, endedAt: 5_000 - 100 * i }), 1);
  }
  const seen: string[] = [];
  for (let cursor: { value: number | undefined; id: string } | undefined; seen.length < 10;) {
    const page = findPage(
      table,
      {},
      {
        sort: "ran",
        cursor: cursor && { side: "after", ...cursor },
        limit: 1,
      },
    );
    const [job] = page.jobs;
    if (job === undefined) break;
    seen.push(job.id);
    cursor = { value: job.ranMs, id: job.id };
  }
  expect(seen.toSorted()).toEqual(ids);
});
