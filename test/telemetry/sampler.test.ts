import { ROOT_CONTEXT, SpanKind } from "@opentelemetry/api";
import { SamplingDecision } from "@opentelemetry/sdk-trace";
import { expect, test } from "vitest";
import { createRateSampler } from "../../src/telemetry/sampler.ts";

/** How many of as many requests, all within one moment, are kept. */
function keptOf(requests: number, sampler: ReturnType<typeof createRateSampler>): number {
  const decisions = Array.from({ length: requests }, () =>
    sampler.shouldSample(ROOT_CONTEXT, "", "", SpanKind.SERVER, {}, []),
  );
  return decisions.filter(({ decision }) => decision === SamplingDecision.RECORD_AND_SAMPLED)
    .length;
}

test("keeps every trace of a quiet second, and no more than its rate of a busy one", () => {
  let ms = 0;
  const sampler = createRateSampler(50, () => ms);
  const kept = [keptOf(10, sampler)];
  ms += 1_000;
  kept.push(keptOf(10_000, sampler));
  ms += 100;
  kept.push(keptOf(10_000, sampler));
  ms += 60_000;
  kept.push(keptOf(10_000, sampler));
  expect(kept).toEqual([10, 50, 5, 50]);
});
