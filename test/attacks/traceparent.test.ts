import { expect, test } from "vitest";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import { spawnProducer } from "../support/processes.ts";
import { ownRedis } from "../support/redis.ts";

const perSecond = 5;
const requests = 400;

test.each([
  { caller: "a stranger", trusted: "false", joined: false },
  { caller: "a trusted caller", trusted: "true", joined: true },
])(
  "$caller who asks for every request to be traced is not granted it",
  async ({ trusted, joined }) => {
    const redis = await ownRedis();
    const receiver = await startOtlpReceiver();
    const producer = await spawnProducer(redis.url, {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/v1/traces`,
      TRACES_PER_SECOND: String(perSecond),
      TRUST_TRACEPARENT: trusted,
    });
    const path = "x".repeat(8_000);
    const startedAt = performance.now();
    for (let index = 0; index < requests; index += 1) {
      const traceparent = `00-${index.toString(16).padStart(32, "a")}-b7ad6b7169203331-01`;
      await (await fetch(`${producer.url}/${path}`, { headers: { traceparent } })).text();
    }
    const seconds = (performance.now() - startedAt) / 1_000;
    await producer.stop("SIGTERM");

    const traces = receiver.spans.map(({ traceId }) => traceId.startsWith("aaaaaaaa"));
    expect(new Set(traces)).toEqual(new Set([joined]));
    expect(receiver.spans.length).toBeGreaterThan(0);
    expect(receiver.spans.length).toBeLessThanOrEqual(Math.ceil((seconds + 1) * perSecond));
    const lengths = receiver.spans.map(({ attributes }) => String(attributes["url.path"]).length);
    expect(Math.max(...lengths)).toBe(512);
  },
);
