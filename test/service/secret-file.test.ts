import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Redis } from "ioredis";
import { expect, onTestFinished, test } from "vitest";
import { queues as ownQueues } from "../../src/contract/queues.ts";
import { openProducer } from "../../src/producer/open-producer.ts";
import { loadConfig } from "../../src/service/config.ts";
import { openWorker } from "../../src/worker/open-worker.ts";
import { untilFinal } from "../support/client.ts";
import { nothingTasks as tasks, submitNothing } from "../support/nothing.ts";
import { anyPorts } from "../support/ports.ts";
import { ownRedis } from "../support/redis.ts";
import { createTestTelemetry } from "../support/telemetry.ts";
import { createTemporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/until.ts";

/** Well above the half second between attempts to connect. */
const soonMs = 5_000;

test("services whose password file is corrected are ready soon after, without a restart", async () => {
  const { url, metricsUrl, isReady, setPassword } = await openServices({
    password: "right",
    given: "wrong",
  });
  await until("the wrong password to be refused", async () =>
    (await readReasons(metricsUrl)).includes("WRONGPASS"),
  );
  expect(await isReady()).toEqual([false, false]);

  setPassword("right");
  await until("both services to be ready", async () => (await isReady()).every(Boolean), soonMs);
  expect(await untilFinal(url, await submitNothing(url))).toMatchObject({ status: "succeeded" });
});

test("every connection takes a password that has changed, once it has to connect anew", async () => {
  const { url, metricsUrl, isReady, setPassword, redisUrl } = await openServices({
    password: "old",
    given: "old",
  });
  await until("both services to be ready", async () => (await isReady()).every(Boolean));
  await untilFinal(url, await submitNothing(url));

  const administrator = new Redis(redisUrl, { password: "old" });
  onTestFinished(() => administrator.disconnect());
  await administrator.config("SET", "requirepass", "new");
  // The worker waits for jobs on a copy of its connection that BullMQ has made.
  await administrator.call("CLIENT", "KILL", "SKIPME", "yes");
  await until("none to get in with the old one", async () =>
    (await readReasons(metricsUrl)).includes("WRONGPASS"),
  );
  setPassword("new");
  await until("both services to be ready", async () => (await isReady()).every(Boolean), soonMs);

  expect(await untilFinal(url, await submitNothing(url), soonMs)).toMatchObject({
    status: "succeeded",
  });
});

test("Bull Board takes a password that has changed, and the old one while its file is empty", async () => {
  const { boardUrl, setBoardPassword } = await openServices({ password: "right", given: "right" });
  const logIn = async (password: string) => {
    const authorization = `Basic ${btoa(`admin:${password}`)}`;
    return (await fetch(`${boardUrl}/nowhere`, { headers: { authorization } })).status !== 401;
  };
  const before = await logIn("first");
  setBoardPassword("");
  const whileEmpty = [await logIn("first"), await logIn("")];
  setBoardPassword("second\n");
  const after = [await logIn("first"), await logIn("second")];

  expect([before, whileEmpty, after]).toEqual([true, [true, false], [false, true]]);
});

/** A producer and a worker, with their passwords in files, on a Redis that demands one. */
async function openServices({ password, given }: { password: string; given: string }) {
  const redis = await ownRedis({ settings: { requirepass: password } });
  const folder = createTemporaryFolder();
  const [redisFile, boardFile] = [join(folder, "redis"), join(folder, "board")];
  writeFileSync(redisFile, given);
  writeFileSync(boardFile, "first");
  const config = {
    ...loadConfig({
      REDIS_URL: redis.url,
      REDIS_PASSWORD_FILE: redisFile,
      BOARD_PASSWORD_FILE: boardFile,
      WORKER_DRAIN_MS: "0",
    }),
    ports: anyPorts,
  };
  const queues = { [`test-${randomUUID()}`]: ownQueues.default };
  const producer = await openProducer(config, {
    queues,
    tasks,
    telemetry: createTestTelemetry("producer", tasks),
  });
  onTestFinished(() => producer.close());
  const worker = await openWorker(config, {
    queues,
    tasks,
    telemetry: createTestTelemetry("worker", tasks),
  });
  onTestFinished(() => worker.close());
  const url = `http://127.0.0.1:${producer.ports.public}`;
  const metricsUrl = `http://127.0.0.1:${producer.ports.metrics}`;
  const workerUrl = `http://127.0.0.1:${worker.ports.metrics}`;
  return {
    url,
    metricsUrl,
    redisUrl: redis.url,
    boardUrl: `http://127.0.0.1:${producer.ports.board}`,
    isReady: () =>
      Promise.all([url, workerUrl].map(async (base) => (await fetch(`${base}/readyz`)).ok)),
    setPassword: (text: string) => writeFileSync(redisFile, text),
    setBoardPassword: (text: string) => writeFileSync(boardFile, text),
  };
}

async function readReasons(metricsUrl: string): Promise<string> {
  return (await fetch(`${metricsUrl}/readyz`)).text();
}
