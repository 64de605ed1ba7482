import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Job, Queue } from "bullmq";
import { expect, onTestFinished, test } from "vitest";
import { createQueue } from "../../../src/queue/queue.ts";
import { openRedis } from "../../../src/queue/connection.ts";
import { forkSources, isolatedTasks } from "../../support/fork.ts";
import { descendantsOf, stillRunning } from "../../support/process-tree.ts";
import { spawnWorker } from "../../support/processes.ts";
import { startRedis } from "../../support/redis.ts";
import { createTemporaryFolder } from "../../support/temporary-folder.ts";
import { until } from "../../support/until.ts";

/** Jobs of a worker that does not renew their locks for 1.5 s are taken away from it. */
const impatience = { WORKER_LOCK_MS: "1500", WORKER_STALLED_CHECK_MS: "200" };

/** A worker of a fork that has the isolated tasks, on a Redis of its own. */
async function startWorker(env: Record<string, string> = {}) {
  const redis = await startRedis();
  onTestFinished(() => redis.remove());
  const connection = openRedis({ url: redis.url, password: undefined }, "background");
  connection.on("error", () => undefined);
  onTestFinished(() => connection.disconnect());
  const queue = createQueue(connection);
  queue.on("error", () => undefined);
  const sources = forkSources(isolatedTasks);
  const worker = await spawnWorker(redis.url, env, sources);
  const pid = worker.child.pid ?? NaN;
  const file = join(createTemporaryFolder(), "starts");
  return {
    queue,
    worker,
    file,
    isolated: () =>
      descendantsOf(pid).filter(({ command }) => command.includes("isolation/main.ts")),
    /** How often the blocking task has begun. */
    starts: () => readFileSync(file, { encoding: "utf8", flag: "a+" }).split("\n").length - 1,
  };
}

async function untilFinished(queue: Queue, job: Job): Promise<Job> {
  return until(`${job.name} to end`, async () => {
    const now = await queue.getJob(job.id ?? "");
    return now?.finishedOn !== undefined && now;
  });
}

test("a task that ends its process takes no neighbour with it", async () => {
  const { queue, worker, isolated } = await startWorker();
  const poisons = await Promise.all(
    ["exit", "signal", "throw"].map((by) =>
      queue.add("poison", { by }, { attempts: 2, backoff: 1 }),
    ),
  );
  const innocents = await Promise.all(
    Array.from({ length: 9 }, (_, x) =>
      x < 5
        ? queue.add("quotient", { x, y: 1, delayMs: 1_500 })
        : queue.add("probe", { deed: "nothing" }),
    ),
  );
  const ends = await Promise.all(
    [...poisons, ...innocents].map((job) => untilFinished(queue, job)),
  );

  expect(ends.slice(0, 3).map((job) => [job.failedReason, job.attemptsStarted])).toEqual([
    [expect.stringMatching(/^crashed: the task's process \d+ exited with code 3$/), 2],
    [expect.stringMatching(/^crashed: the task's process \d+ was killed by SIGSEGV$/), 2],
    [expect.stringMatching(/^crashed: the task's process \d+ exited with code 1$/), 2],
  ]);
  expect(ends.slice(3).map((job) => [job.failedReason, job.attemptsStarted])).toEqual(
    innocents.map(() => [undefined, 1]),
  );
  expect(worker.child.exitCode).toBe(null);

  const log = worker
    .output()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(log).toContainEqual(
    expect.objectContaining({ level: "warn", task: "poison", msg: "poisoned by exit" }),
  );
  expect(log).toContainEqual(
    expect.objectContaining({ task: "poison", msg: "Error: nobody catches this" }),
  );

  await worker.stop("SIGTERM");
  expect([worker.child.exitCode, isolated()]).toEqual([0, []]);
});

test("a task that blocks for longer than its lock runs once and holds up nobody", async () => {
  const { queue, file, starts } = await startWorker(impatience);
  const block = await queue.add("block", { file, ms: 3_500 });
  await until("it to block", () => starts() === 1);
  const neighbours = await Promise.all(
    Array.from({ length: 9 }, (_, x) => queue.add("quotient", { x, y: 1, delayMs: 0 })),
  );
  const ends = await Promise.all(neighbours.map((job) => untilFinished(queue, job)));
  expect((await queue.getJob(block.id ?? ""))?.finishedOn).toBe(undefined);
  expect(ends.map((job) => [job.returnvalue, job.attemptsStarted])).toEqual(
    neighbours.map((_, x) => [{ value: x }, 1]),
  );
  const blocked = await untilFinished(queue, block);
  expect([blocked.returnvalue, blocked.attemptsStarted, starts()]).toEqual([
    { value: 3_500 },
    1,
    1,
  ]);
});

test("a task that blocks is killed at its time limit", async () => {
  const { queue, file, starts, isolated } = await startWorker();
  const job = await queue.add("block", { file, ms: 600_000 });
  await until("it to block", () => starts() === 1);
  const [child] = isolated();
  const { failedReason, attemptsStarted } = await untilFinished(queue, job);
  expect([failedReason, attemptsStarted]).toEqual([
    "timeout: still running after its limit of 6000 ms",
    1,
  ]);
  expect(child && stillRunning([child])).toEqual([]);
});

test("a worker that stops hands a blocked job back and leaves no process behind", async () => {
  const { queue, worker, file, starts, isolated } = await startWorker({ WORKER_DRAIN_MS: "100" });
  const job = await queue.add("block", { file, ms: 600_000 });
  await until("it to block", () => starts() === 1);
  const children = isolated();
  expect(await worker.stop("SIGTERM")).toBe(0);
  expect([children.length, stillRunning(children)]).toEqual([1, []]);
  expect([await job.getState(), (await queue.getJob(job.id ?? ""))?.attemptsMade]).toEqual([
    "waiting",
    0,
  ]);
});

test("a worker that is killed leaves no process behind, not even one that blocks", async () => {
  const { queue, worker, file, starts, isolated } = await startWorker();
  await untilFinished(queue, await queue.add("probe", { deed: "nothing" }));
  await queue.add("block", { file, ms: 600_000 });
  await until("it to block", () => starts() === 1);
  const children = isolated();
  expect(children).toHaveLength(2);
  await worker.stop("SIGKILL");
  await until("both to end", () => stillRunning(children).length === 0);
});

test("an isolated task sees none of the worker's own variables", async () => {
  const { queue } = await startWorker({
    BOARD_PASSWORD: "secret",
    OTEL_RESOURCE_ATTRIBUTES: "a=b",
    OF_THE_TASK: "1",
  });
  const { returnvalue } = await untilFinished(queue, await queue.add("probe", { deed: "report" }));
  const { variables }: { variables: string[] } = returnvalue.value;
  expect(variables).toContain("OF_THE_TASK");
  expect(variables.filter((name) => /REDIS|BOARD|WORKER|OTEL/.test(name))).toEqual([]);
});
