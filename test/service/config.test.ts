import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadConfig } from "../../src/service/config.ts";

test("has a usable default for everything", () => {
  expect(loadConfig({})).toMatchObject({
    redis: { url: "redis://127.0.0.1:6379", password: undefined },
    listenAddress: "127.0.0.1",
    ports: {
      public: 8080,
      board: 8081,
      producerMetrics: 9465,
      workerMetrics: 9464,
      prometheus: 9090,
      grafana: 3000,
    },
    board: { user: "admin", password: undefined, readOnly: true },
    worker: { concurrency: 10, lockMs: 30_000, stalledCheckMs: 5_000, deadmanMs: 60_000 },
    otlp: { traces: undefined, logs: undefined },
  });
});

test("takes an empty variable for one that is not set", () => {
  expect(loadConfig({ PUBLIC_PORT: "", GRAFANA_URL: "", REDIS_PASSWORD_FILE: "" })).toEqual(
    loadConfig({}),
  );
});

test("takes addresses with or without a slash at the end", () => {
  const addresses = {
    PUBLIC_URL: "http://a/",
    BOARD_URL: "http://b/board//",
    GRAFANA_URL: "http://c",
  };
  expect(loadConfig(addresses)).toMatchObject({
    publicUrl: "http://a",
    boardUrl: "http://b/board",
    grafanaUrl: "http://c",
  });
});

test("sends traces and logs to one receiver, or each to its own complete address", () => {
  const base = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318/" };
  const traces = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://tempo:4318/v1/traces" };
  const logs = { OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: "http://loki:3100/otlp/v1/logs" };
  const targets = [base, { ...base, ...logs }, { ...traces, ...logs }, traces].map(
    (environment) => loadConfig(environment).otlp,
  );
  const [toTempo, toLoki] = ["http://tempo:4318/v1/traces", "http://loki:3100/otlp/v1/logs"];
  expect(targets).toEqual([
    { traces: "http://collector:4318/v1/traces", logs: "http://collector:4318/v1/logs" },
    { traces: "http://collector:4318/v1/traces", logs: toLoki },
    { traces: toTempo, logs: toLoki },
    { traces: toTempo, logs: undefined },
  ]);
});

test("names every problem at once, with the value and what was expected", () => {
  const broken = {
    PUBLIC_PORT: "http",
    WORKER_CONCURRENCY: "0",
    BOARD_READ_ONLY: "yes",
    REDIS_URL: "localhost:6379",
    BOARD_PASSWORD_FILE: "/nowhere/password",
  };
  expect(() => loadConfig(broken)).toThrow(
    [
      "the environment is not usable:",
      "  REDIS_URL: expected a URL that starts with redis:// or rediss://",
      '  PUBLIC_PORT: expected a whole number from 1 to 65535, got "http"',
      '  BOARD_READ_ONLY: expected "true" or "false", got "yes"',
      '  WORKER_CONCURRENCY: expected a whole number from 1 to 1000, got "0"',
      '  BOARD_PASSWORD_FILE: cannot read "/nowhere/password"',
    ].join("\n"),
  );
});

test("takes an empty file for no password", async () => {
  const file = join(await mkdtemp(join(tmpdir(), "tripod-config-")), "password");
  await writeFile(file, "\n");
  expect(() => loadConfig({ BOARD_PASSWORD_FILE: file })).toThrow(
    `BOARD_PASSWORD_FILE: "${file}" is empty, expected a password`,
  );
});

test.each(["0x50", "80.0", " 80", "8e1", "-1", "65536"])("takes %j for no port", (port) => {
  expect(() => loadConfig({ PUBLIC_PORT: port })).toThrow("PUBLIC_PORT");
});

test.each(["\n", "\r\n", "\n\n", ""])(
  "reads secrets from files, without %j at their end, and with their spaces",
  async (end) => {
    const file = join(await mkdtemp(join(tmpdir(), "tripod-config-")), "password");
    await writeFile(file, ` s3 cret ${end}`);
    const config = loadConfig({ REDIS_PASSWORD_FILE: file, BOARD_PASSWORD_FILE: file });
    expect([config.redis.password, config.board.password]).toEqual([" s3 cret ", " s3 cret "]);
  },
);

test("takes names of queues with commas between them, and none that there is not", () => {
  expect(loadConfig({ WORKER_QUEUES: "slow, default" }).worker.queues).toEqual(["slow", "default"]);
  expect(loadConfig({}).worker.queues).toBeUndefined();
  expect(() => loadConfig({ WORKER_QUEUES: "default,fast" })).toThrow(
    'WORKER_QUEUES: expected one or more of "default", "slow", with commas between them, got "default,fast"',
  );
});
