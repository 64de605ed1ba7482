import { expect, onTestFinished, test } from "vitest";
import { submitDivision, untilFinal } from "../support/client.ts";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import { spawnProducer, spawnWorker } from "../support/processes.ts";
import { startRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";

test("a division goes from the request to its result, seen in one trace and in the metrics", async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.remove());
  const otlp = await startOtlpReceiver();
  const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: otlp.url, OTEL_BSP_SCHEDULE_DELAY: "100" };
  const producer = await spawnProducer(redis.url, traced);
  await spawnWorker(redis.url, traced);

  const traceId = "0af7651916cd43dd8448eb211c80319c";
  const traceparent = `00-${traceId}-b7ad6b7169203331-01`;
  const { id } = await submitDivision(producer.url, { x: 10, y: 2 }, { traceparent });
  expect(await untilFinal(producer.url, id)).toMatchObject({
    status: "succeeded",
    result: 5,
    attempts: 1,
    trace_id: traceId,
  });
  const spans = await until("four spans", () => {
    const found = otlp.spans.filter((span) => span.traceId === traceId);
    return found.length >= 4 && found;
  });
  expect(
    spans
      .map(({ service, name, kind, status }) => [service, name, kind, status])
      .toSorted((a, b) => a.join().localeCompare(b.join())),
  ).toEqual([
    ["taskqueue-producer", "POST /api/v1/tasks", 2, 0],
    ["taskqueue-producer", "send tasks", 4, 0],
    ["taskqueue-worker", "process tasks", 5, 0],
    ["taskqueue-worker", "wait tasks", 1, 0],
  ]);
});
