import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { openRedis } from "../../../src/queue/connection.ts";
import { createQueue } from "../../../src/queue/queue.ts";
import {
  type Cgroup,
  cgroupRemoval,
  createCgroup,
  inCgroup,
  locateCgroup,
} from "../../hosts/cgroup.ts";
import { forkSources, isolatedTasks } from "../../support/fork.ts";
import { stillRunning } from "../../support/process-tree.ts";
import { type Place, spawnWorker } from "../../support/processes.ts";
import { ownRedis } from "../../support/redis.ts";
import { findObstacle } from "../../support/requirements.ts";
import { until } from "../../support/until.ts";

type Next = "return" | "crash" | "stay";

/** A worker on a Redis of its own, in the control group if one is given. */
async function startWorker(cgroup?: Cgroup) {
  const redis = await ownRedis();
  const connection = openRedis({ url: redis.url, password: undefined }, "background");
  onTestFinished(() => connection.disconnect());
  const queue = createQueue(connection);
  const start = () => {
    const env = { WORKER_DRAIN_MS: "0", WORKER_LOCK_MS: "1000", WORKER_STALLED_CHECK_MS: "200" };
    return spawnWorker(redis.url, env, forkSources(isolatedTasks), placeIn(cgroup));
  };
  const worker = await start();
  /** Has a task start a process, and waits for its number. */
  const stray = async (input: { cleared: boolean; next: Next }) => {
    await queue.add("stray", input, { attempts: 1 });
    const pid = await until("a stray", () => /started (\d+)/.exec(worker.output())?.[1]);
    const found = { pid: Number(pid), parent: 1, command: "sleep" };
    onTestFinished(() => {
      if (isRunning()) process.kill(found.pid, "SIGKILL");
    });
    const isRunning = () => stillRunning([found]).length > 0;
    return isRunning;
  };
  return { worker, start, stray };
}

function placeIn(cgroup: Cgroup | undefined): Place {
  return {
    address: "127.0.0.1",
    start: (command, env) => {
      const [file = "", ...args] = cgroup === undefined ? command : inCgroup(cgroup, command);
      return spawn(file, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    },
    reach: async (port) => `127.0.0.1:${port}`,
  };
}

test("what a task started in a session of its own goes when its process crashes", async () => {
  const { worker, stray } = await startWorker();
  const isRunning = await stray({ cleared: false, next: "crash" });
  await until("the stray to end", () => !isRunning());
  expect(worker.child.exitCode).toBe(null);
});

test("what a task started in a session of its own goes with the worker that stops", async () => {
  const { worker, stray } = await startWorker();
  const isRunning = await stray({ cleared: false, next: "stay" });
  expect(isRunning()).toBe(true);
  await worker.stop("SIGTERM");
  await until("the stray to end", () => !isRunning());
});

test("what a killed worker's task started goes as the next worker starts", async () => {
  const { worker, start, stray } = await startWorker();
  const isRunning = await stray({ cleared: false, next: "return" });
  // Another worker's task is none of its business.
  const other = await startWorker();
  const isOtherRunning = await other.stray({ cleared: false, next: "return" });
  await worker.stop("SIGKILL");
  // The next on the machine: one of another test may be quicker than this one.
  await start();
  await until("the stray to end", () => !isRunning());
  expect(isOtherRunning()).toBe(true);
});

const obstacle = findObstacle("make control groups", {
  commands: [],
  namespaces: true,
  cgroups: true,
});

test.skipIf(obstacle !== undefined)(
  "in a control group of the worker's, not even a cleared environment saves what a task started",
  async () => {
    const cgroup = await locateCgroup(`tripod-test-${randomUUID()}`);
    await createCgroup(cgroup);
    onTestFinished(() => {
      expect(spawnSync("sh", ["-c", cgroupRemoval(cgroup)]).status).toBe(0);
    });
    const { worker, stray } = await startWorker(cgroup);
    const groups = () =>
      cgroup
        .filter(existsSync)
        .flatMap((folder) => readdirSync(folder, { withFileTypes: true }))
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name);
    const isRunning = await stray({ cleared: true, next: "crash" });
    await until("the stray to end", () => !isRunning());
    await until("its group to go", () => groups().length === 0);
    expect(worker.child.exitCode).toBe(null);
    await worker.stop("SIGKILL");
  },
);
