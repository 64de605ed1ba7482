import { readFileSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { checkPorts } from "../../src/local/ports.ts";
import { readJob, submitDivision, untilFinal } from "../support/client.ts";
import { startLauncher } from "../support/launcher.ts";
import {
  descendantsOf,
  listProcesses,
  type RunningProcess,
  stillRunning,
} from "../support/process-tree.ts";
import { reservePort } from "../support/ports.ts";
import { findObstacle } from "../support/requirements.ts";
import { until } from "../support/until.ts";

test("lets running jobs end on Ctrl-C, leaves nothing running and keeps the jobs", async () => {
  const first = await startLauncher();
  await first.untilOutput("Ctrl-C drains");
  const id = await startDivision(first.url, 1_000);
  const started = descendantsOf(first.child.pid);
  expect(started).toHaveLength(3);

  first.child.kill("SIGINT");
  expect(await first.ended).toBe(0);
  expect(stillRunning(started)).toEqual([]);
  const ports = Object.values(first.ports).map((port) => ({
    port,
    purpose: "",
    variable: `${port}`,
  }));
  await expect(checkPorts(ports, "127.0.0.1")).resolves.toBeUndefined();

  const second = await startLauncher({ dataFolder: first.dataFolder });
  await second.untilOutput("Ctrl-C drains");
  expect(await readJob(second.url, id)).toMatchObject({
    status: "succeeded",
    result: 5,
    attempts: 1,
  });
});

test("ends everything at once on a second Ctrl-C", async () => {
  const launcher = await startLauncher();
  await launcher.untilOutput("Ctrl-C drains");
  await startDivision(launcher.url, 60_000);
  const started = descendantsOf(launcher.child.pid);
  const exitCode = await until("the launcher to give in", () => {
    launcher.child.kill("SIGINT");
    return launcher.child.exitCode ?? undefined;
  });
  expect(exitCode).toBe(130);
  await until("all to be gone", () => stillRunning(started).length === 0);
});

test("stops before it is ready", async () => {
  const deadPort = await reservePort();
  const launcher = await startLauncher({ env: { REDIS_URL: `redis://127.0.0.1:${deadPort}` } });
  await launcher.untilOutput("producer is up");
  const started = descendantsOf(launcher.child.pid);
  launcher.child.kill("SIGTERM");
  expect(await launcher.ended).toBe(0);
  // The worker may have a child while it starts: it tries what ends isolated tasks with it.
  const services = started.filter(({ parent }) => parent === launcher.child.pid);
  expect([services.length, stillRunning(started)]).toEqual([2, []]);
});

test("lets running jobs end although nobody reads its output any more", async () => {
  const launcher = await startLauncher();
  await launcher.untilOutput("Ctrl-C drains");
  await startDivision(launcher.url, 1_000);
  const started = descendantsOf(launcher.child.pid);
  launcher.child.stdout?.destroy();
  launcher.child.stderr?.destroy();
  launcher.child.kill("SIGINT");
  expect(await launcher.ended).toBe(0);
  expect([started.length, stillRunning(started)]).toEqual([3, []]);
});

test("takes everything with it when it is killed, and loses no job", async () => {
  const first = await startLauncher();
  await first.untilOutput("Ctrl-C drains");
  const id = await startDivision(first.url, 1_000);
  const started = descendantsOf(first.child.pid);
  expect(started).toHaveLength(3);
  first.child.kill("SIGKILL");
  await until("all to be gone", () => stillRunning(started).length === 0);

  const second = await startLauncher({ dataFolder: first.dataFolder });
  await second.untilOutput("Ctrl-C drains");
  expect(await untilFinal(second.url, id)).toMatchObject({ status: "succeeded", result: 5 });
});

test("takes the Ctrl-C that npm passes on for the same as the terminal's", async () => {
  const launcher = await startLauncher({ command: ["npm", "start"] });
  await launcher.untilOutput("Ctrl-C drains");
  await startDivision(launcher.url, 1_000);
  const started = descendantsOf(launcher.child.pid);
  process.kill(-launcher.child.pid, "SIGINT");
  expect(await launcher.ended).toBe(0);
  expect(launcher.output()).toMatch(/"job succeeded".*everything has stopped/s);
  expect([started.length, stillRunning(started)]).toEqual([4, []]);
});

test("stops when the npm that runs it is killed", async () => {
  const launcher = await startLauncher({ command: ["npm", "start"] });
  await launcher.untilOutput("Ctrl-C drains");
  const started = descendantsOf(launcher.child.pid);
  launcher.child.kill("SIGKILL");
  await launcher.untilOutput("everything has stopped");
  await until("all to be gone", () => stillRunning(started).length === 0);
  expect(started).toHaveLength(4);
});

test("starts nothing when the npm that runs it is gone before it could look", async () => {
  const launcher = await startLauncher({
    command: ["sh", "-c", `"${process.execPath}" src/local/main.ts & exit`],
    env: { npm_lifecycle_event: "start" },
  });
  onTestFinished(() => killUsersOf(launcher.dataFolder));
  // Its output ends with the last process that could write to it.
  await launcher.ended;
  expect(launcher.output()).toBe(
    "tripod   | npm is gone: draining, Ctrl-C again ends everything at once\n",
  );
});

test("leaves nothing running when its first line was enough for whoever reads it", async () => {
  const launcher = await startLauncher({ command: ["sh", "-c", "npm start 2>&1 | head -1"] });
  onTestFinished(() => killUsersOf(launcher.dataFolder));
  await launcher.ended;
  const gone = until("all to be gone", () => usersOf(launcher.dataFolder).length === 0);
  await expect(gone).resolves.toBe(true);
});

test("stops when nobody reads its output any more", async () => {
  const launcher = await startLauncher();
  await launcher.untilOutput("Ctrl-C drains");
  const started = descendantsOf(launcher.child.pid);
  launcher.child.stdout?.destroy();
  await submitDivision(launcher.url, { x: 10, y: 2 });
  expect(await launcher.ended).toBe(0);
  expect([started.length, stillRunning(started)]).toEqual([3, []]);
});

const obstacle = findObstacle("make npm process 1", { commands: ["unshare"], namespaces: true });

test.skipIf(obstacle !== undefined)("runs where npm is process 1, as in a container", async () => {
  const launcher = await startLauncher({
    command: ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "npm", "start"],
  });
  await launcher.untilOutput("Ctrl-C drains");
  expect(launcher.output()).not.toContain("npm is gone");
});

/** Processes that were told of this data folder. */
function usersOf(dataFolder: string): readonly RunningProcess[] {
  return listProcesses().filter(({ pid }) => {
    try {
      return ["cmdline", "environ"].some((file) =>
        readFileSync(`/proc/${pid}/${file}`, "utf8").includes(dataFolder),
      );
    } catch {
      // It has ended since.
      return false;
    }
  });
}

function killUsersOf(dataFolder: string): void {
  for (const { pid } of usersOf(dataFolder)) process.kill(pid, "SIGKILL");
}

/** Submits 10 / 2 and resolves with the job's id once the worker has begun. */
async function startDivision(url: string, delayMs: number): Promise<string> {
  const { id } = await submitDivision(url, { x: 10, y: 2, delayMs });
  await until("the job to begin", async () => (await readJob(url, id)).status === "working");
  return id;
}
