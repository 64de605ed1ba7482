import { expect, onTestFinished, test } from "vitest";
import { submitDivision, untilFinal } from "../support/client.ts";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import { spawnProducer, spawnWorker } from "../support/processes.ts";
import { startRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";

async function startTraced() {
  const redis = await startRedis();
  onTestFinished(() => redis.remove());
  const otlp = await startOtlpReceiver();
  const traced = {
    OTEL_EXPORTER_OTLP_ENDPOINT: otlp.url,
  };
  const producer = await spawnProducer(redis.url, traced);
  const worker = await spawnWorker(redis.url, traced);
  const spansOf = (traceId: string) =>
    until("six spans", () => {
      const found = otlp.spans.filter((span) => span.traceId === traceId);
      return found.length >= 6 && found.toSorted((a, b) => a.name.localeCompare(b.name));
    });
  return { redisUrl: redis.url, producer, worker, spansOf, logs: otlp.logs };
}

test("a division goes from the request to its result, seen in one trace and in the metrics", async () => {
  const { redisUrl, producer, worker, spansOf } = await startTraced();
  const callersTrace = "0af7651916cd43dd8448eb211c80319c";
  const traceparent = `00-${callersTrace}-b7ad6b7169203331-01`;
  const submitted = await submitDivision(producer.url, { x: 10, y: 2 }, { traceparent });
  const { id, trace_id: traceId = "" } = submitted;
  expect(traceId).not.toBe(callersTrace);
  expect(await untilFinal(producer.url, id)).toMatchObject({
    status: "succeeded",
    result: 5,
    attempts: 1,
    trace_id: traceId,
  });

  const [compute, request, process, send, settle, wait] = await spansOf(traceId);
  expect(
    [request, send, wait, process, compute, settle].map((span) => [
      span?.service,
      span?.name,
      span?.kind,
      span?.parentSpanId,
      span?.status,
    ]),
  ).toEqual([
    ["taskqueue-producer", "POST /api/v1/jobs", 2, undefined, 0],
    ["taskqueue-producer", "send default", 4, request?.spanId, 0],
    ["taskqueue-worker", "wait default", 1, send?.spanId, 0],
    ["taskqueue-worker", "process default", 5, send?.spanId, 0],
    ["taskqueue-worker", "compute quotient", 1, process?.spanId, 0],
    ["taskqueue-worker", "settle default", 3, process?.spanId, 0],
  ]);
  expect([request?.linkedTraces, request?.links]).toEqual([[callersTrace], ["b7ad6b7169203331"]]);
  expect(process?.links).toEqual([send?.spanId]);
  expect(process?.attributes).toMatchObject({
    "messaging.system": "bullmq",
    "messaging.operation.name": "process",
    "messaging.operation.type": "process",
    "messaging.destination.name": "default",
    "messaging.message.id": id,
    "taskqueue.task": "quotient",
  });
  const port = Number(new URL(redisUrl).port);
  for (const span of [send, process, settle]) {
    expect(span?.attributes).toMatchObject({ "server.address": "127.0.0.1", "server.port": port });
  }

  const accept = "application/openmetrics-text";
  const scrape = await (
    await fetch(`${worker.metricsUrl}/metrics`, { headers: { accept } })
  ).text();
  const exemplars = scrape.split("\n").filter((line) => line.includes(`# {trace_id="${traceId}"`));
  expect(exemplars.map((line) => line.slice(0, line.indexOf("_bucket"))).toSorted()).toEqual([
    "taskqueue_job_end_to_end_duration_seconds",
    "taskqueue_job_processing_duration_seconds",
    "taskqueue_job_wait_duration_seconds",
  ]);
});

test("a division by zero fails at once, by the same name in API, page, metric, span and log", async () => {
  const { producer, worker, spansOf, logs } = await startTraced();
  const { id, trace_id: traceId } = await submitDivision(producer.url, { x: 10, y: 0 });
  expect(await untilFinal(producer.url, id)).toMatchObject({
    status: "failed",
    error_type: "division_by_zero",
    attempts: 1,
  });
  const page = await (await fetch(`${producer.url}/jobs/${id}`)).text();
  expect(page).toContain(
    '<strong>division_by_zero</strong>: <bdi class="value" id="failure-text">cannot divide 10 by zero</bdi>',
  );
  const scrape = await (await fetch(`${worker.metricsUrl}/metrics`)).text();
  expect(scrape).toContain(
    'taskqueue_jobs_finished_total{queue="default",task="quotient",outcome="failed",error_type="division_by_zero"} 1\n',
  );
  const spans = await spansOf(traceId ?? "");
  const failed = spans.filter(({ status }) => status === 2);
  expect(
    failed.map(({ name, attributes, events }) => [name, attributes["error.type"], events]),
  ).toEqual([
    ["compute quotient", "division_by_zero", []],
    ["process default", "division_by_zero", ["exception"]],
  ]);
  const fields = { job_id: id, task: "quotient", attempt: 1, error_type: "division_by_zero" };
  const line = worker
    .output()
    .split("\n")
    .find((text) => text.includes("job failed"));
  expect(JSON.parse(line ?? "{}")).toMatchObject({ ...fields, trace_id: traceId });
  const sent = await until("the log record", () =>
    logs.find(({ body }) => body === "job failed: cannot divide 10 by zero"),
  );
  expect(sent).toMatchObject({ severityText: "warn", traceId, attributes: fields });
});
