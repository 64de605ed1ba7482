import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Redis } from "ioredis";
import { expect, onTestFinished, test } from "vitest";
import { submitDivision, untilFinal, untilReady } from "../support/client.ts";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import { launchProducer, spawnWorker } from "../support/processes.ts";
import { startRedis } from "../support/redis.ts";
import { createTemporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/until.ts";

const secrets = { redis: "rEdIs-s3cret", board: "bOaRd-s3cret", guess: "gUeSs-s3cret" };

test("no password is in a log, a trace, a metric, an answer, or a process's arguments and environment", async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.remove());
  const admin = new Redis(redis.url);
  onTestFinished(() => admin.disconnect());
  await admin.config("SET", "requirepass", secrets.redis);
  const folder = createTemporaryFolder();
  const write = (name: "redis" | "board") => {
    const file = join(folder, name);
    writeFileSync(file, `${secrets[name]}\n`, { mode: 0o600 });
    return file;
  };
  const collector = await startOtlpReceiver();
  const env = {
    REDIS_PASSWORD_FILE: write("redis"),
    LOG_LEVEL: "trace",
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  };
  const board = { BOARD_PASSWORD: "", BOARD_PASSWORD_FILE: write("board") };
  const [producer, worker] = await Promise.all([
    launchProducer(redis.url, { ...env, ...board }),
    spawnWorker(redis.url, env),
  ]);
  const services = [producer, worker];

  const submitted = await until("a job to be taken", () =>
    submitDivision(producer.url, { x: 1, y: 0 }),
  );
  await untilFinal(producer.url, submitted.id);
  const knock = (path: string, password: string) =>
    fetch(`${producer.boardUrl}${path}`, {
      headers: { authorization: `Basic ${btoa(`admin:${password}`)}` },
    });
  const answers = await Promise.all([
    knock("/", secrets.board),
    knock("/board/api/queues", secrets.board),
    knock("/board/api/redis/stats", secrets.board),
    knock("/", secrets.guess),
    untilReady(producer.url),
    fetch(`${producer.metricsUrl}/metrics`),
    fetch(`${worker.metricsUrl}/metrics`),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 401, 200, 200, 200]);

  // What goes wrong with a login to Redis must not tell it either.
  await admin.config("SET", "requirepass", "another");
  await admin.call("CLIENT", "KILL", "SKIPME", "yes");
  for (const { output } of services) await until("WRONGPASS", () => output().includes("WRONGPASS"));
  await until("the collector to hear of it", () =>
    collector.logs.some(({ body }) => String(body).includes("WRONGPASS")),
  );
  const outage = await fetch(`${producer.url}/readyz`);

  const told = {
    answers: (await Promise.all([...answers, outage].map((answer) => answer.text()))).join("\n"),
    logs: services.map(({ output }) => output()).join("\n"),
    traces: JSON.stringify([collector.spans, collector.logs]),
    processes: services
      .flatMap(({ child }) => ["cmdline", "environ"].map((file) => `/proc/${child.pid}/${file}`))
      .map((file) => readFileSync(file, "utf8"))
      .join("\n"),
  };
  // What is looked through is not empty.
  expect(told).toEqual({
    answers: expect.stringContaining("taskqueue_build_info"),
    logs: expect.stringMatching(/login refused[^]*WRONGPASS/),
    traces: expect.stringContaining("WRONGPASS"),
    processes: expect.stringContaining("REDIS_PASSWORD_FILE"),
  });
  const found = Object.entries(told).flatMap(([place, text]) =>
    Object.values(secrets)
      .flatMap((secret) => [secret, encodeURIComponent(secret), btoa(`admin:${secret}`)])
      .filter((secret) => text.includes(secret))
      .map((secret) => `${secret} in ${place}`),
  );
  expect(found).toEqual([]);
});
