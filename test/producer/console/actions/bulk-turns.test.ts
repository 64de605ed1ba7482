import { expect, test } from "vitest";
import { startBulkRunner } from "../../../../src/producer/console/actions/bulk-runner.ts";
import type { Desk, Desks } from "../../../../src/producer/jobs/desk.ts";
import { stopBulk } from "../../../../src/queue/bulk-leases.ts";
import {
  bulkKeys,
  listOpenBulks,
  readBulk,
  startBulk,
} from "../../../../src/queue/bulk-records.ts";
import { startConsole } from "../../../support/console.ts";
import { addFailedJobs } from "../../../support/failed-jobs.ts";
import { collectLog } from "../../../support/telemetry.ts";
import { until } from "../../../support/until.ts";

type Console = Awaited<ReturnType<typeof startConsole>>;

async function order({ queue, redis }: Console, ids: readonly string[]): Promise<string> {
  const jobs = ids.map((id) => ({ queue: queue.name, id }));
  return startBulk(queue, redis, { action: "retry", by: "me", filter: "", jobs });
}

async function untilOver({ queue, redis }: Console, id: string) {
  return until("the run to end", async () => {
    const run = await readBulk(queue, redis, id);
    return run?.state !== "running" && run;
  });
}

test("a run does not wait for the end of an earlier one", async () => {
  const console = await startConsole();
  const many = await addFailedJobs(console.queue, console.redis, 3_000);
  const few = await addFailedJobs(console.queue, console.redis, 2);
  const first = await order(console, many);
  const second = await order(console, few);
  expect(await untilOver(console, second)).toMatchObject({ state: "done", done: 2 });
  const run = await readBulk(console.queue, console.redis, first);
  expect(run?.state).toBe("running");
  await stopBulk(console.queue, console.redis, first);
});

test("a run that cannot be read holds up no other one, and is told once", async () => {
  const { log, lines } = collectLog();
  const console = await startConsole({ log });
  const { queue, redis } = console;
  const broken = await order(console, await addFailedJobs(queue, redis, 1));
  const { jobs } = bulkKeys(queue, broken);
  await redis.multi().del(jobs).set(jobs, "x").exec();
  for (let i = 0; i < 3; i += 1) {
    const run = await order(console, await addFailedJobs(queue, redis, 1));
    expect(await untilOver(console, run)).toMatchObject({ state: "done", done: 1 });
  }
  const told = lines().filter(({ msg }) => msg === "cannot go on with an action on many jobs");
  expect(told).toMatchObject([{ run: broken }]);
});

test("while operators can only look, no run goes on, its page and the list say so, and one that nobody has stops at once", async () => {
  const console = await startConsole({ readOnly: true });
  const { queue, redis, look } = console;
  const id = await order(console, await addFailedJobs(queue, redis, 3));
  expect(await look(`/actions/${id}`)).toContain("It waits until BOARD_READ_ONLY is false");
  expect(await look("/actions")).toContain("waits until BOARD_READ_ONLY is false");
  expect(await stopBulk(queue, redis, id)).toBe(true);
  expect(await look("/actions")).not.toContain("BOARD_READ_ONLY");
  expect(await readBulk(queue, redis, id)).toMatchObject({ state: "stopped", done: 0 });
  expect(await listOpenBulks(queue, redis)).toEqual([]);
});

test.each([
  [true, 0],
  [false, 1],
])(
  "with read-only as %j, a producer looks %i times for runs once it is woken",
  (readOnly, looks) => {
    let asked = 0;
    const ask: Desk["ask"] = () => {
      asked += 1;
      return new Promise(() => undefined);
    };
    const desks = new Map([["default", { ask }]]) as unknown as Desks;
    const runner = startBulkRunner({ desks, readOnly, log: collectLog().log });
    runner.wake();
    runner.close();
    expect(asked).toBe(looks);
  },
);

test("what a run keeps besides has no address", async () => {
  const console = await startConsole();
  const id = await order(console, await addFailedJobs(console.queue, console.redis, 1));
  for (const path of [`/api/v1/actions/${id}:jobs`, `/actions/${id}:unserved`, "/actions/%00"]) {
    expect((await console.ask(path)).status).toBe(404);
  }
});
