import { expect, test } from "vitest";
import { loadConfig } from "../../src/service/config.ts";
import { createLog } from "../../src/telemetry/log.ts";
import { startOtlp } from "../../src/telemetry/otlp.ts";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";

test("traces and logs go to receivers of their own where each has one", async () => {
  const tempo = await startOtlpReceiver();
  const loki = await startOtlpReceiver();
  const otlp = await startOtlp(
    "worker",
    loadConfig({
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://nobody.invalid",
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${tempo.url}/v1/traces`,
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${loki.url}/v1/logs`,
    }),
  );
  otlp.tracer.startSpan("work").end();
  createLog("worker", "info", { copy: otlp.logStream }).info("worked");
  await otlp.shutdown();

  expect([tempo.spans.map(({ name }) => name), tempo.logs]).toEqual([["work"], []]);
  expect([loki.logs.map(({ body }) => body), loki.spans]).toEqual([["worked"], []]);
});
