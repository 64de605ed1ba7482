import { inject, onTestFinished, test, expect } from "vitest";
import { openControl } from "../../../src/local/demo/control.ts";
import { readDeployment } from "../../../src/local/deployment.ts";
import { readBody, submitDivision } from "../../support/client.ts";
import { startLauncher } from "../../support/launcher.ts";
import { until } from "../../support/until.ts";

const deployment = {
  launcherPid: process.pid,
  url: "http://localhost:8080",
  redisUrl: "redis://127.0.0.1:6379",
};
const job = { givenRedis: undefined, knownJobId: "t-1" };

test.for([
  ["http://tripod.example:8080", deployment],
  ["http://localhost:8081", deployment],
  ["http://localhost:8080", undefined],
] as const)("refuses %s, which is not what a launcher here runs", async ([url, known]) => {
  await expect(openControl({ ...job, url, deployment: known })).rejects.toThrow(
    `"${url}" is not known as something that "npm start" runs on this machine`,
  );
});

test("refuses a launcher that is gone, even when its pid is in use again", async () => {
  await expect(openControl({ ...job, url: deployment.url, deployment })).rejects.toThrow(
    `no worker of a launcher with pid ${process.pid} runs`,
  );
});

test("refuses a Redis elsewhere, and one that does not hold the jobs", async () => {
  const { url, dataFolder, untilOutput } = await startLauncher();
  await untilOutput("Ctrl-C drains");
  const { id } = await submitDivision(url, { x: 1, y: 1 });
  const known = { url, deployment: readDeployment(dataFolder), knownJobId: id };
  const open = (redis: string | undefined) =>
    openControl({
      ...known,
      givenRedis: redis === undefined ? undefined : { url: redis, password: undefined },
    });

  await expect(open("redis://redis.example")).rejects.toThrow("its Redis is not on this machine");
  await expect(open(inject("redisUrl"))).rejects.toThrow("its jobs are not in the Redis at hand");
  const control = await open(undefined);
  onTestFinished(() => control.close());
  expect(await control.isPaused()).toBe(false);
  await control.pause();
  expect(await control.isPaused()).toBe(true);
  await until("all queues to be told as paused", async () => {
    const latest = (await readBody(await fetch(`${url}/api/v1/overview`))).at(-1);
    return latest?.queue?.paused;
  });
});
