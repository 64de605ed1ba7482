import {
  type Attributes,
  type Context,
  INVALID_TRACEID,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  TraceFlags,
  type Tracer,
  defaultTextMapSetter,
  trace,
} from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { type FailureClass, failureClasses } from "../contract/failures.ts";
import { queueName } from "../contract/topology.ts";

const propagator = new W3CTraceContextPropagator();

/** Trace context as W3C headers: what an HTTP request brings and what a job carries. */
export type Carrier = Readonly<Record<string, string | string[] | undefined>>;

const getter: TextMapGetter<Carrier> = {
  keys: (carrier) => Object.keys(carrier),
  get: (carrier, key) => carrier[key],
};

export function extractContext(carrier: Carrier): Context {
  return propagator.extract(ROOT_CONTEXT, carrier, getter);
}

/** The context as headers: `{}` when there is no trace. */
export function injectContext(context: Context): Record<string, string> {
  const carrier: Record<string, string> = {};
  propagator.inject(context, carrier, defaultTextMapSetter);
  return carrier;
}

/** 32 hex digits, or `undefined` when there is no trace. */
export function traceIdOf(context: Context): string | undefined {
  const traceId = trace.getSpanContext(context)?.traceId;
  return traceId === INVALID_TRACEID ? undefined : traceId;
}

/** Reads what `JSON.stringify(injectContext(…))` wrote into a job; `{}` if it is anything else. */
export function parseCarrier(metadata: string | undefined): Carrier {
  try {
    const carrier: unknown = JSON.parse(metadata ?? "{}");
    return typeof carrier === "object" && carrier !== null ? { ...carrier } : {};
  } catch {
    return {};
  }
}

/** Trace ids of a span as log fields; `{}` when there is no trace. */
export function trailOf(span: Span): Record<string, string> {
  const { traceId, spanId } = span.spanContext();
  return traceId === INVALID_TRACEID ? {} : { trace_id: traceId, span_id: spanId };
}

/** Labels that tie an observation to its trace; `{}` when that trace is not kept. */
export function exemplarOf(span: Span): Record<string, string> {
  const { traceFlags } = span.spanContext();
  return (traceFlags & TraceFlags.SAMPLED) === 0 ? {} : trailOf(span);
}

function isKept(context: Context): boolean {
  const flags = trace.getSpanContext(context)?.traceFlags ?? TraceFlags.NONE;
  return (flags & TraceFlags.SAMPLED) !== 0;
}

interface JobIdentity {
  readonly id: string;
  readonly task: string;
}

/** Attributes of the messaging conventions, semconv v1.44; `bullmq` is the system's name. */
function messaging(operation: "send" | "process", { id, task }: JobIdentity): Attributes {
  return {
    "messaging.system": "bullmq",
    "messaging.operation.name": operation,
    "messaging.operation.type": operation,
    "messaging.destination.name": queueName,
    "messaging.message.id": id,
    "taskqueue.task": task,
  };
}

/** The span of handing a job to Redis; its context travels with the job. */
export function startSend(tracer: Tracer, parent: Context, job: JobIdentity): Span {
  const attributes = messaging("send", job);
  return tracer.startSpan(`send ${queueName}`, { kind: SpanKind.PRODUCER, attributes }, parent);
}

/** Draws the time a job waited, which nobody was there to trace, as a span of its own. */
export function recordWait(
  tracer: Tracer,
  sender: Context,
  { readyAt, startedAt, ...job }: JobIdentity & { readyAt: number; startedAt: number },
): void {
  if (!isKept(sender)) return;
  tracer
    .startSpan(
      `wait ${queueName}`,
      {
        kind: SpanKind.INTERNAL,
        startTime: readyAt,
        attributes: { "messaging.message.id": job.id, "taskqueue.task": job.task },
      },
      sender,
    )
    .end(Math.max(startedAt, readyAt));
}

/**
 * The span of one attempt. The first belongs to the sender's trace; a later one starts a trace of
 * its own, as it may run long after. Both link to the sender. What the sender did not sample is not
 * even started: that is most of what tracing would cost.
 */
export function startProcess(
  tracer: Tracer,
  sender: Context,
  { attempt, ...job }: JobIdentity & { attempt: number },
): Span {
  const spanContext = trace.getSpanContext(sender);
  if (spanContext !== undefined && !isKept(sender)) return trace.wrapSpanContext(spanContext);
  return tracer.startSpan(
    `process ${queueName}`,
    {
      kind: SpanKind.CONSUMER,
      attributes: { ...messaging("process", job), "taskqueue.attempt": attempt },
      links: spanContext === undefined ? [] : [{ context: spanContext }],
      root: attempt > 1,
    },
    sender,
  );
}

/** Marks an attempt as failed, so that a search for errors finds it. */
export function failSpan(span: Span, error: Error, failureClass: FailureClass): void {
  span.recordException(error);
  span.setAttribute("error.type", failureClass);
  span.setAttribute("taskqueue.blame", failureClasses[failureClass].blame);
  span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
}
