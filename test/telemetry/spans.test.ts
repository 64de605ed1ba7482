import { expect, test } from "vitest";
import { extractContext, startProcess } from "../../src/telemetry/spans.ts";
import { createTestTracing } from "../support/tracing.ts";

const sender = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };
const minute = 60_000;

/** Whether an attempt's spans join the sender's trace, in each mode. */
function joins(attempt: number, delayMs: number): boolean[] {
  return (["auto", "parent", "link"] as const).map((mode) => {
    const { tracer, spans } = createTestTracing();
    const context = extractContext({
      traceparent: `00-${sender.traceId}-${sender.spanId}-01`,
    });
    const times = { delayMs, readyAt: Date.now(), startedAt: Date.now() };
    const identity = { queue: "default", id: "t-1", task: "quotient", attempt, ...times };
    startProcess({ tracer, server: {} }, mode, context, identity).end();
    const finished = spans.getFinishedSpans();
    const traces = new Set(finished.map((span) => span.spanContext().traceId));
    expect(finished).toHaveLength(attempt === 1 ? 2 : 1);
    expect(finished.at(-1)?.links.map((link) => link.context.spanId)).toEqual([sender.spanId]);
    expect(traces.size).toBe(1);
    return traces.has(sender.traceId);
  });
}

test("joins the sender's trace, or starts one that links to it, as TRACE_LINK_MODE says", () => {
  expect({
    "first attempt": joins(1, 0),
    "short delay": joins(1, 5 * minute),
    "long delay": joins(1, 5 * minute + 1),
    retry: joins(2, 0),
  }).toEqual({
    "first attempt": [true, true, false],
    "short delay": [true, true, false],
    "long delay": [false, true, false],
    retry: [false, true, false],
  });
});
