import { expect, onTestFinished, test } from "vitest";
import { openRedis } from "../../src/queue/connection.ts";
import { createQueue } from "../../src/queue/queue.ts";
import { forkSources } from "../support/fork.ts";
import { spawnWorker } from "../support/processes.ts";
import { startRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";

const carelessTasks = new URL("../support/careless-tasks/", import.meta.url);

test("a task that rejects after it has returned takes no neighbour with it, and is told by name", async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.remove());
  const connection = openRedis({ url: redis.url, password: undefined }, "background");
  connection.on("error", () => undefined);
  onTestFinished(() => connection.disconnect());
  const queue = createQueue(connection);
  const worker = await spawnWorker(redis.url, {}, forkSources(carelessTasks));
  const neighbour = await queue.add("quotient", { x: 6, y: 3, delayMs: 1_500 });
  const careless = await queue.add("careless", {});
  const told = await until("a line about it", () =>
    worker
      .output()
      .split("\n")
      .find((line) => line.includes("nobody waited for")),
  );
  expect(JSON.parse(told)).toMatchObject({
    level: "error",
    task: "careless",
    err: { message: "too late" },
  });
  const ends = await until("both to end", async () => {
    const jobs = await Promise.all([neighbour, careless].map(({ id }) => queue.getJob(id ?? "")));
    return jobs.every((job) => job?.finishedOn !== undefined) && jobs;
  });
  expect(ends.map((job) => [job?.returnvalue, job?.attemptsStarted])).toEqual([
    [{ value: 2 }, 1],
    [{ value: "done" }, 1],
  ]);
  expect(await worker.stop("SIGTERM")).toBe(0);
});
