import { type Link, ROOT_CONTEXT, SpanKind, TraceFlags } from "@opentelemetry/api";
import { SamplingDecision } from "@opentelemetry/sdk-trace";
import { expect, test } from "vitest";
import { createLinkedSampler, createRateSampler } from "../../src/telemetry/sampler.ts";

/** How many of as many requests, all within one moment, are kept. */
function keptOf(
  requests: number,
  sampler: ReturnType<typeof createRateSampler>,
  links: Link[] = [],
): number {
  const decisions = Array.from({ length: requests }, () =>
    sampler.shouldSample(ROOT_CONTEXT, "", "", SpanKind.SERVER, {}, links),
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

const linkedTo = (traceFlags: TraceFlags): Link[] => [
  { context: { traceId: "a".repeat(32), spanId: "b".repeat(16), traceFlags } },
];

test("callers who ask for their requests to be sampled take none from those who do not", () => {
  const sampler = createLinkedSampler({
    own: createRateSampler(50, () => 0),
    asked: createRateSampler(5, () => 0),
  });
  expect([
    keptOf(10_000, sampler, linkedTo(TraceFlags.SAMPLED)),
    keptOf(20, sampler, linkedTo(TraceFlags.NONE)),
    keptOf(10_000, sampler),
  ]).toEqual([5, 20, 30]);
});
