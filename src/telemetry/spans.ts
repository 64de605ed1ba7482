import {
  type Attributes,
  type Context,
  INVALID_TRACEID,
  type Link,
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
import type { Redis } from "ioredis";
import type { Config } from "../service/config.ts";
import { type FailureClass, failureClasses } from "../contract/failures.ts";
import { logFields, spanAttributes, spanOperations } from "../contract/telemetry.ts";

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

/** Where a trace goes on: the context to start a span in, and what that span links to. */
export interface Origin {
  readonly parent: Context;
  readonly links: readonly Link[];
}

/**
 * Where the trace of a request goes on: in its caller's if the caller is trusted, or else in a new
 * one that links to it, as nobody may write into a trace whose id they happen to know.
 */
export function originOf(carrier: Carrier, isTrusted: boolean): Origin {
  const remote = extractContext(carrier);
  const spanContext = trace.getSpanContext(remote);
  if (isTrusted || spanContext === undefined) return { parent: remote, links: [] };
  return { parent: ROOT_CONTEXT, links: [{ context: spanContext }] };
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

/** Trace ids of a span as log fields; `{}` when there is no trace. */
export function trailOf(span: Span): Record<string, string> {
  const { traceId, spanId } = span.spanContext();
  return traceId === INVALID_TRACEID
    ? {}
    : { [logFields.traceId]: traceId, [logFields.spanId]: spanId };
}

/** Labels that tie an observation to its trace; `{}` when that trace is not kept. */
export function exemplarOf(span: Span): Record<string, string> {
  const { traceFlags } = span.spanContext();
  return (traceFlags & TraceFlags.SAMPLED) === 0 ? {} : trailOf(span);
}

/** Where a span is found in its trace; `{}` when that is not kept. */
export function findTrail(span: Span | undefined): { traceId?: string; spanId?: string } {
  const { traceFlags = TraceFlags.NONE, traceId, spanId } = span?.spanContext() ?? {};
  const isFound = (traceFlags & TraceFlags.SAMPLED) !== 0 && traceId !== undefined;
  return isFound && spanId !== undefined ? { traceId, spanId } : {};
}

function isKept(context: Context): boolean {
  const flags = trace.getSpanContext(context)?.traceFlags ?? TraceFlags.NONE;
  return (flags & TraceFlags.SAMPLED) !== 0;
}

/** What the spans of one service are made with. */
export interface Tracing {
  readonly tracer: Tracer;
  /** Where the broker is. */
  readonly server: Attributes;
}

/** Where a connection leads, for the spans of what goes over it. */
export function describeServer({ options: { host, port } }: Pick<Redis, "options">): Attributes {
  return { "server.address": host, "server.port": port };
}

interface JobIdentity {
  readonly queue: string;
  readonly id: string;
  readonly task: string;
}

/** Attributes of the messaging conventions; `bullmq` is the system's name. */
function messaging(
  operation: keyof typeof spanOperations,
  { queue, id, task }: JobIdentity,
  server: Attributes,
): Attributes {
  return {
    [spanAttributes.system]: "bullmq",
    [spanAttributes.operationName]: operation,
    [spanAttributes.operationType]: operation,
    [spanAttributes.queue]: queue,
    [spanAttributes.jobId]: id,
    [spanAttributes.task]: task,
    ...server,
  };
}

/** Attributes of a job that a schedule has submitted. */
export function describeSchedule({
  key,
  slotMs,
}: {
  readonly key: string;
  /** Unix time in ms; `undefined` where it was run by hand. */
  readonly slotMs: number | undefined;
}): Attributes {
  return {
    [spanAttributes.schedule]: key,
    ...(slotMs !== undefined && { [spanAttributes.slot]: new Date(slotMs).toISOString() }),
  };
}

/** The span of handing a job to Redis; its context travels with the job. */
export function startSend({ tracer, server }: Tracing, parent: Context, job: JobIdentity): Span {
  const attributes = messaging(spanOperations.send, job, server);
  return tracer.startSpan(
    `${spanOperations.send} ${job.queue}`,
    { kind: SpanKind.PRODUCER, attributes },
    parent,
  );
}

/** A job delayed by more than this has a trace of its own when it runs: its sender's is long over. */
const longDelayMs = 300_000;

export interface AttemptIdentity extends JobIdentity {
  /** 1 for the first. */
  readonly attempt: number;
  readonly delayMs: number;
  /** Unix times in ms from which it could have run, and at which it does. */
  readonly readyAt: number;
  readonly startedAt: number;
}

/**
 * The span of one attempt, which links to the sender. It belongs to the sender's trace, or, by
 * `linkMode`, to one of its own. Before a first attempt the time that the job waited, which nobody
 * was there to trace, is drawn as a span. What the sender did not sample is not even started: that
 * is most of what tracing would cost.
 */
export function startProcess(
  { tracer, server }: Tracing,
  linkMode: Config["worker"]["traceLinkMode"],
  sender: Context,
  attempt: AttemptIdentity,
): Span {
  const spanContext = trace.getSpanContext(sender);
  if (spanContext !== undefined && !isKept(sender)) return trace.wrapSpanContext(spanContext);
  const links = spanContext === undefined ? [] : [{ context: spanContext }];
  let parent = startsTrace(linkMode, attempt) ? ROOT_CONTEXT : sender;
  if (attempt.attempt === 1 && spanContext !== undefined) {
    const wait = recordWait(tracer, parent, links, attempt);
    if (parent === ROOT_CONTEXT) parent = trace.setSpan(parent, wait);
  }
  const attributes = {
    ...messaging(spanOperations.process, attempt, server),
    [spanAttributes.attempt]: attempt.attempt,
  };
  return tracer.startSpan(
    `${spanOperations.process} ${attempt.queue}`,
    { kind: SpanKind.CONSUMER, attributes, links },
    parent,
  );
}

/** A retry or a job that was long delayed may run long after its sender's trace has ended. */
function startsTrace(
  linkMode: Config["worker"]["traceLinkMode"],
  { attempt, delayMs }: AttemptIdentity,
): boolean {
  return linkMode === "auto" ? attempt > 1 || delayMs > longDelayMs : linkMode === "link";
}

function recordWait(
  tracer: Tracer,
  parent: Context,
  links: Link[],
  { queue, id, task, readyAt, startedAt }: AttemptIdentity,
): Span {
  const span = tracer.startSpan(
    `${spanOperations.wait} ${queue}`,
    {
      kind: SpanKind.INTERNAL,
      // A delayed job that was promoted starts before it was due.
      startTime: Math.min(readyAt, startedAt),
      attributes: { [spanAttributes.jobId]: id, [spanAttributes.task]: task },
      links: parent === ROOT_CONTEXT ? links : [],
    },
    parent,
  );
  span.end(startedAt);
  return span;
}

/** The span of the task's own code within an attempt. */
export function startCompute(tracer: Tracer, attempt: Context, task: string): Span {
  const attributes = { [spanAttributes.task]: task };
  return tracer.startSpan(
    `${spanOperations.compute} ${task}`,
    { kind: SpanKind.INTERNAL, attributes },
    attempt,
  );
}

/** The span of telling Redis how an attempt ended. */
export function startSettle({ tracer, server }: Tracing, attempt: Context, job: JobIdentity): Span {
  const attributes = messaging(spanOperations.settle, job, server);
  return tracer.startSpan(
    `${spanOperations.settle} ${job.queue}`,
    { kind: SpanKind.CLIENT, attributes },
    attempt,
  );
}

/** The span of telling a host of a job's end, in the trace of the job's sender. */
export function startCallback(
  tracer: Tracer,
  sender: Context,
  {
    queue,
    id,
    task,
    attempt,
    host,
  }: JobIdentity & { readonly attempt: number; readonly host: string },
): Span {
  const attributes = {
    [spanAttributes.queue]: queue,
    [spanAttributes.jobId]: id,
    [spanAttributes.task]: task,
    [spanAttributes.attempt]: attempt,
    [spanAttributes.host]: cutText(host),
  };
  return tracer.startSpan(
    `${spanOperations.callback} ${queue}`,
    { kind: SpanKind.CLIENT, attributes },
    sender,
  );
}

/** Of a text that somebody sent, such as a path of 16 KB. */
const maxTextLength = 512;

/** What of somebody's text a span keeps. */
export function cutText(text: string): string {
  return text.slice(0, maxTextLength);
}

/** Marks a span as failed, so that a search for errors finds it; `errorType` is of few. */
export function failSpan(span: Span, errorType: string, message?: string): void {
  span.setAttribute(spanAttributes.errorType, errorType);
  span.setStatus({
    code: SpanStatusCode.ERROR,
    ...(message !== undefined && { message: cutText(message) }),
  });
}

/** Marks an attempt as failed, and says by what and whose fault it is. */
export function failAttempt(span: Span, error: Error, failureClass: FailureClass): void {
  span.recordException(error);
  span.setAttribute(spanAttributes.blame, failureClasses[failureClass].blame);
  failSpan(span, failureClass, error.message);
}
