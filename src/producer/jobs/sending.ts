import { type Context, type Span, trace } from "@opentelemetry/api";
import type { ProducerMetrics } from "../../telemetry/metrics.ts";
import {
  exemplarOf,
  failSpan,
  injectContext,
  startSend,
  type Tracing,
} from "../../telemetry/spans.ts";

interface SendingDeps extends Tracing {
  readonly metrics: Pick<ProducerMetrics, "jobEnqueueDuration">;
}

/** A job on its way to Redis, being measured and traced. */
export interface Sending {
  readonly span: Span;
  /** What the job takes along of its trace. */
  readonly carrier: Readonly<Record<string, string>>;
  /** Redis has answered. Later calls of either change nothing. */
  end(): void;
  /** It has not, or refused the job, with an error of this kind. */
  fail(kind: string): void;
}

/** Begins the span of a job that is about to be sent, within the trace of its request. */
export function beginSending(
  deps: SendingDeps,
  context: Context,
  job: { readonly queue: string; readonly id: string; readonly task: string },
): Sending {
  const span = startSend(deps, context, job);
  const startedAt = performance.now();
  let ended = false;
  const end = (outcome: "added" | "error", kind?: string) => {
    if (ended) return;
    ended = true;
    if (kind !== undefined) failSpan(span, kind);
    span.end();
    deps.metrics.jobEnqueueDuration.observe({
      labels: { queue: job.queue, outcome },
      value: (performance.now() - startedAt) / 1_000,
      exemplarLabels: exemplarOf(span),
    });
  };
  return {
    span,
    carrier: injectContext(trace.setSpan(context, span)),
    end: () => end("added"),
    fail: (kind) => end("error", kind),
  };
}
