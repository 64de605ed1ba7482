import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker as Thread } from "node:worker_threads";
import { expect, inject, onTestFinished, test, vi } from "vitest";
import { createQueue } from "../../../src/queue/queue.ts";
import { openRedis } from "../../../src/queue/connection.ts";
import { createClocks } from "../../../src/worker/blocking/clocks.ts";
import { openLockGuard } from "../../../src/worker/blocking/lock-guard.ts";
import { startOtlpReceiver } from "../../support/otlp-receiver.ts";
import { forkSources, isolatedTasks } from "../../support/fork.ts";
import { spawnWorker } from "../../support/processes.ts";
import { ownRedis } from "../../support/redis.ts";
import { createTemporaryFolder } from "../../support/temporary-folder.ts";
import { until } from "../../support/until.ts";

/** The blocking task without its isolation, which may take so long, as its source says it. */
function createWedgingTask(limitMs: string): URL {
  const folder = createTemporaryFolder();
  const source = readFileSync(new URL("block.ts", isolatedTasks), "utf8");
  const inline = source.replace("isolated: true,", "").replace("6_000", limitMs);
  writeFileSync(join(folder, "wedge.ts"), inline);
  return pathToFileURL(`${folder}/`);
}

test("leaves the jobs of a worker to others that is blocked past its task's limit", async () => {
  const redis = await ownRedis();
  const sources = forkSources(createWedgingTask("1_000"));
  const env = { WORKER_LOCK_MS: "4000", WORKER_STALLED_CHECK_MS: "500" };
  const workers = [
    await spawnWorker(redis.url, env, sources),
    await spawnWorker(redis.url, env, sources),
  ];
  const connection = openRedis({ url: redis.url, password: undefined }, "background");
  onTestFinished(() => connection.disconnect());
  const file = join(createTemporaryFolder(), "starts");
  await createQueue(connection).add("wedge", { file, ms: 600_000 });
  const starts = () => readFileSync(file, "utf8").trim().split("\n");
  const pids = await until("a second start", () => starts().length === 2 && starts());
  expect(new Set(pids.map(Number))).toEqual(new Set(workers.map(({ child }) => child.pid)));
  const told = /blocked past the time limit: its jobs are left to others/;
  await until("the log", () => workers.some(({ output }) => told.test(output())));
});

test("keeps the jobs of a blocked worker from others, and no job of another worker", async () => {
  const redis = await ownRedis();
  const sources = forkSources(createWedgingTask("60_000"));
  const env = { WORKER_LOCK_MS: "5000", WORKER_STALLED_CHECK_MS: "500" };
  await spawnWorker(redis.url, env, sources);
  await spawnWorker(redis.url, env, sources);
  const connection = openRedis({ url: redis.url, password: undefined }, "background");
  onTestFinished(() => connection.disconnect());
  const queue = createQueue(connection);
  const file = join(createTemporaryFolder(), "starts");
  const { id: own = "" } = await queue.add("wedge", { file, ms: 13_000 });
  await until("the block", () => existsSync(file));

  const { id: other = "" } = await queue.add(
    "quotient",
    { x: 1, y: 1, delayMs: 0 },
    { delay: 60_000 },
  );
  // As a worker leaves it that was killed.
  await connection
    .multi()
    .zrem(queue.toKey("delayed"), other)
    .set(`${queue.toKey(other)}:lock`, "killed:1", "PX", 2_000)
    .lpush(queue.toKey("active"), other)
    .exec();
  await until("another to take its job over", () => queue.getJobState(other).then(isCompleted));
  expect(await queue.getJobState(own)).toBe("active");
  await until("the block to end", () => queue.getJobState(own).then(isCompleted));
  expect(readFileSync(file, "utf8").trim().split("\n")).toHaveLength(1);
});

test("a line that is logged while the worker is blocked is counted and sent as any other", async () => {
  const redis = await ownRedis();
  const receiver = await startOtlpReceiver();
  const env = {
    WORKER_LOCK_MS: "4000",
    OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${receiver.url}/v1/logs`,
  };
  const worker = await spawnWorker(redis.url, env, forkSources(createWedgingTask("60_000")));
  const connection = openRedis({ url: redis.url, password: undefined }, "background");
  onTestFinished(() => connection.disconnect());
  const queue = createQueue(connection);
  const file = join(createTemporaryFolder(), "starts");
  const { id = "" } = await queue.add("wedge", { file, ms: 5_000 });
  await until("the block to end", () => queue.getJobState(id).then(isCompleted));

  const told = "event loop blocked by a task: its jobs' locks are renewed meanwhile";
  await until("the line to be sent", () => receiver.logs.some(({ body }) => body === told));
  const printed = () => readLines(worker.output());
  expect(printed().filter(({ msg }) => msg === told)).toHaveLength(1);
  // What is counted may still be on its way to us.
  await until("as many lines as are counted", async () => {
    const metrics = await (await fetch(`${worker.metricsUrl}/metrics`)).text();
    const counted = /^taskqueue_log_lines_total\{line="other",outcome="written"\} (\d+)/m.exec(
      metrics,
    );
    return Number(counted?.[1]) === printed().filter(({ line }) => line === undefined).length;
  });
});

/** The lines of JSON that have arrived whole. */
function readLines(output: string): Record<string, unknown>[] {
  return output
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

function isCompleted(state: string): boolean {
  return state === "completed";
}

test("the thread of a guard that is closed ends by itself", async () => {
  const terminate = vi.spyOn(Thread.prototype, "terminate");
  onTestFinished(() => terminate.mockRestore());
  const clocks = createClocks();
  const orders = {
    memory: clocks.memory,
    redis: { url: inject("redisUrl"), password: undefined },
    workerIds: new Map(),
    lockMs: 30_000,
    limits: new Map(),
    logLevel: "info",
  };
  const guard = openLockGuard(orders, () => undefined);
  await until("its thread to be there", () => clocks.read("guard") > 0);
  await guard.close();
  expect(terminate).not.toHaveBeenCalled();
});
