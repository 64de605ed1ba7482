import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readJob, submitDivision, untilFinal } from "../support/client.ts";
import { type Launcher, startLauncher } from "../support/launcher.ts";
import { until } from "../support/until.ts";

/** Kills Redis, and adds to its file before the launcher starts it again. */
async function spoil({ dataFolder, process: find, untilOutput }: Launcher, end: Buffer) {
  process.kill(find("redis").pid, "SIGKILL");
  await untilOutput("redis    | ended (SIGKILL), starts again in 1 s");
  appendFileSync(join(dataFolder, "redis/appendonlydir/appendonly.aof.1.incr.aof"), end);
}

test("zeros that a power cut left are cut off before Redis starts, and the jobs are there", async () => {
  const launcher = await startLauncher();
  await launcher.untilOutput("Ctrl-C drains");
  const before = await submitDivision(launcher.url, { x: 10, y: 2 });
  await untilFinal(launcher.url, before.id);
  await spoil(launcher, Buffer.alloc(512));
  await launcher.untilOutput("redis    | tripod: cut 512 zeros off the end of");
  const job = await until("the job to be read", async () => {
    const { status, result } = await readJob(launcher.url, before.id);
    return status === "succeeded" && result;
  });
  expect(job).toBe(5);
});

test("a file that holds anything else is left alone, and the launcher shows what to do", async () => {
  const launcher = await startLauncher();
  await launcher.untilOutput("Ctrl-C drains");
  await spoil(launcher, Buffer.from("garbage\n"));
  const output = await launcher.untilOutput("redis-check-aof --fix");
  expect(output).toMatch(/redis {4}\| .*Bad file format.*make a backup/);
  expect(output).not.toContain("tripod: cut");
});
