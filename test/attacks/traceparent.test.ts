import { expect, test } from "vitest";
import { type OtlpSpan, startOtlpReceiver } from "../support/otlp-receiver.ts";
import { spawnProducer } from "../support/processes.ts";
import { ownRedis } from "../support/redis.ts";

const perSecond = 5;
const requests = 400;

test("a stranger who asks for every request to be traced is not granted it, nor the trace", async () => {
  const { spans, granted } = await askForTraces({ TRUST_TRACEPARENT: "false" });
  expect(spans.length).toBeGreaterThan(0);
  expect(spans.length).toBeLessThanOrEqual(granted);
  expect(spans.filter(isJoined)).toEqual([]);
  const lengths = spans.map(({ attributes }) => String(attributes["url.path"]).length);
  expect(Math.max(...lengths)).toBe(512);
});

test("a trusted caller who asks for every request to be traced is not granted it", async () => {
  const { spans, granted } = await askForTraces({ TRUST_TRACEPARENT: "true" });
  expect(spans.filter(isJoined).length).toBeGreaterThan(0);
  expect(spans.length).toBeLessThanOrEqual(granted);
});

/** What a producer traces of requests that all ask for it, and how much of it may at most. */
async function askForTraces(
  env: Record<string, string>,
): Promise<{ spans: readonly OtlpSpan[]; granted: number }> {
  const redis = await ownRedis();
  const receiver = await startOtlpReceiver();
  const producer = await spawnProducer(redis.url, {
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/v1/traces`,
    TRACES_PER_SECOND: String(perSecond),
    ...env,
  });
  const path = "x".repeat(8_000);
  const startedAt = performance.now();
  for (let index = 0; index < requests; index += 1) {
    const traceparent = `00-${index.toString(16).padStart(32, "a")}-b7ad6b7169203331-01`;
    await (await fetch(`${producer.url}/${path}`, { headers: { traceparent } })).text();
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  await producer.stop("SIGTERM");
  return { spans: receiver.spans, granted: Math.ceil((seconds + 1) * perSecond) };
}

function isJoined({ traceId }: OtlpSpan): boolean {
  return traceId.startsWith("aaaaaaaa");
}
