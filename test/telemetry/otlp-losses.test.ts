import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { context, logs, propagation, trace } from "@opentelemetry/api";
import { afterEach, expect, onTestFinished, test } from "vitest";
import { loadConfig } from "../../src/service/config.ts";
import { type OnOtlpDropped, startOtlp } from "../../src/telemetry/otlp.ts";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import { reservePort } from "../support/ports.ts";
import { spawnWorker } from "../support/processes.ts";
import { startRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";

// What the SDK has registered would be that of the test before.
afterEach(() => {
  for (const api of [trace, logs, context, propagation]) api.disable();
});

type Drop = Parameters<OnOtlpDropped>;

async function startSending(endpoints: Record<"TRACES" | "LOGS", string>) {
  const drops: Drop[] = [];
  const otlp = await startOtlp(
    "worker",
    loadConfig({
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoints.TRACES,
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: endpoints.LOGS,
    }),
    (...drop) => drops.push(drop),
  );
  onTestFinished(() => otlp.shutdown());
  const logger = logs.getLogger("test");
  return {
    drops,
    span: () => otlp.tracer.startSpan("work").end(),
    line: (body: string) => logger.emit({ body }),
  };
}

test("a receiver that takes its time gets all of 20,000 lines", async () => {
  const receiver = await startOtlpReceiver(100);
  const { drops, line } = await startSending({
    TRACES: `${receiver.url}/v1/traces`,
    LOGS: `${receiver.url}/v1/logs`,
  });
  for (let number = 0; number < 20_000; number += 1) line(`line ${number}`);
  await until("all lines", () => receiver.logs.length + drops.length >= 20_000);
  expect([new Set(receiver.logs.map(({ body }) => body)).size, drops]).toEqual([20_000, []]);
});

test("lines that are too much for one request arrive in several", async () => {
  const receiver = await startOtlpReceiver();
  const { drops, line } = await startSending({
    TRACES: `${receiver.url}/v1/traces`,
    LOGS: `${receiver.url}/v1/logs`,
  });
  for (let number = 0; number < 1_000; number += 1) line(`${number} ${"x".repeat(8_000)}`);
  await until("all lines", () => receiver.logs.length === 1_000);
  expect([Math.max(...receiver.sizes) < 4 * 1_024 ** 2, drops]).toEqual([true, []]);
});

test("what a receiver cannot take because it is closed, or hangs, is counted with the reason", async () => {
  const hanging = createServer(() => undefined).listen(0, "127.0.0.1");
  await once(hanging, "listening");
  onTestFinished(() => {
    hanging.closeAllConnections();
    hanging.close();
  });
  const { port } = hanging.address() as AddressInfo;
  const { drops, span, line } = await startSending({
    TRACES: `http://127.0.0.1:${await reservePort()}/v1/traces`,
    LOGS: `http://127.0.0.1:${port}/v1/logs`,
  });
  span();
  line("one");
  line("two");
  await until("both losses", () => drops.length === 2);
  const told = drops.map(([signal, reason, count, error]) => [
    signal,
    reason,
    count,
    error?.message,
  ]);
  expect(new Map(told.map(([signal, ...loss]) => [signal, loss]))).toEqual(
    new Map([
      ["traces", ["not_taken", 1, expect.stringContaining("ECONNREFUSED")]],
      ["logs", ["not_taken", 2, expect.stringContaining("timed out")]],
    ]),
  );
});

test("what a receiver rejects of a request that it takes is counted, with what it says of it", async () => {
  const tempo = await startOtlpReceiver(0, {
    partialSuccess: { rejectedSpans: "1", errorMessage: "trace too large" },
  });
  const loki = await startOtlpReceiver(0, {
    partialSuccess: { rejectedLogRecords: 2, errorMessage: "too old" },
  });
  const { drops, span, line } = await startSending({
    TRACES: `${tempo.url}/v1/traces`,
    LOGS: `${loki.url}/v1/logs`,
  });
  span();
  for (const body of ["one", "two", "three"]) line(body);
  await until("both losses", () => drops.length === 2);
  expect(drops.toSorted(([a], [b]) => a.localeCompare(b))).toEqual([
    ["logs", "rejected", 2, new Error("too old")],
    ["traces", "rejected", 1, new Error("trace too large")],
  ]);
});

test("what a receiver says of a request of which it keeps all is no loss", async () => {
  const receiver = await startOtlpReceiver(0, {
    partialSuccess: { rejectedLogRecords: "0", errorMessage: "use gzip" },
  });
  const { drops, span, line } = await startSending({
    TRACES: `${receiver.url}/v1/traces`,
    LOGS: `${receiver.url}/v1/logs`,
  });
  span();
  line("one");
  await until("both", () => receiver.spans.length + receiver.logs.length === 2);
  line("two");
  await until("the next", () => receiver.logs.length === 2);
  expect(drops).toEqual([]);
});

test("a worker says once a minute what its receiver rejects, and counts it", async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.remove());
  const receiver = await startOtlpReceiver(0, {
    partialSuccess: { rejectedLogRecords: 1, errorMessage: "entry too far behind" },
  });
  const worker = await spawnWorker(redis.url, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
  const line = await until("the loss to be said", () =>
    worker
      .output()
      .split("\n")
      .find((text) => text.includes("did not reach")),
  );
  expect(JSON.parse(line)).toMatchObject({
    level: "warn",
    msg: "logs did not reach their receiver",
    problem: "entry too far behind",
    lost: { rejected: 1 },
  });
  const scrape = await (await fetch(`${worker.metricsUrl}/metrics`)).text();
  expect(scrape).toMatch(
    /^taskqueue_otlp_dropped_total\{signal="logs",reason="rejected"\} [1-9]\d*$/m,
  );
});

test("a worker whose receiver has another path says so in its log, and counts what is lost", async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.remove());
  const missing = createServer((_, response) => response.writeHead(404).end()).listen(
    0,
    "127.0.0.1",
  );
  await once(missing, "listening");
  onTestFinished(() => void missing.close());
  const { port } = missing.address() as AddressInfo;
  const worker = await spawnWorker(redis.url, {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}/mistyped`,
  });
  await until("the loss to be said", () => worker.output().includes("did not reach"));
  const line = worker
    .output()
    .split("\n")
    .find((text) => text.includes("did not reach"));
  expect(JSON.parse(line ?? "")).toMatchObject({
    level: "warn",
    msg: "logs did not reach their receiver",
    signal: "logs",
    problem: "Not Found",
    lost: { not_taken: expect.any(Number) },
  });
  const scrape = await (await fetch(`${worker.metricsUrl}/metrics`)).text();
  const lost = /^taskqueue_otlp_dropped_total\{signal="logs",reason="not_taken"\} (\d+)$/m;
  expect(Number(lost.exec(scrape)?.[1])).toBeGreaterThan(0);
});
