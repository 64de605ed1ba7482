import { TraceFlags } from "@opentelemetry/api";
import type {
  BatchLogRecordProcessor,
  LogRecordExporter,
  LogRecordProcessor,
  ReadableLogRecord,
} from "@opentelemetry/sdk-logs";
import type {
  BatchSpanProcessor,
  ReadableSpan,
  SpanExporter,
  SpanProcessor,
} from "@opentelemetry/sdk-trace";
import { createOutbox, type OnDropped, type Outbox } from "./outbox.ts";
import type { TellRejections } from "./rejections.ts";

/**
 * Lines in a request. A receiver that takes a second for each gets 2,000 lines a second, as many as
 * an isolated task's output may have.
 */
const logBatch = 2_048;
/** Sizes in characters, which are bytes in nearly all lines. */
const logLimits = {
  items: 10 * logBatch,
  size: 32 * 1_024 ** 2,
  // With names and quotes below the 4 MB that the gate before Loki takes.
  requestSize: 1_024 ** 2,
} as const;
/** The sampler lets through a hundred traces of less than ten spans a second. */
const spanBatch = 1_024;
const spanLimits = { items: 8 * spanBatch, size: 8 * spanBatch, requestSize: spanBatch } as const;
/** Time in which a batch is gathered. */
const scheduledDelayMillis = 1_000;

export type SpanBox = Outbox<ReadableSpan>;
export type LogBox = Outbox<ReadableLogRecord>;

export function createSpanBox(onDropped: OnDropped): SpanBox {
  return createOutbox<ReadableSpan>({ limits: spanLimits, sizeOf: () => 1, onDropped });
}

export function createLogBox(onDropped: OnDropped): LogBox {
  return createOutbox<ReadableLogRecord>({
    limits: logLimits,
    sizeOf: countCharacters,
    onDropped,
  });
}

/** The SDK is given, as it is loaded only where something is sent. */
export function createSpanProcessor(
  exporter: SpanExporter,
  box: SpanBox,
  tellRejections: TellRejections,
  Batches: typeof BatchSpanProcessor,
): SpanProcessor {
  const batches = new Batches({
    exporter: {
      export: (spans, done) => box.send(tellRejections(exporter), spans, done),
      forceFlush: async () => exporter.forceFlush?.(),
      shutdown: () => exporter.shutdown(),
    },
    maxExportBatchSize: spanBatch,
    maxQueueSize: spanLimits.items,
    scheduledDelayMillis,
  });
  return {
    onStart: () => undefined,
    onEnd(span) {
      const isSampled = (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
      if (isSampled && box.admit(span)) batches.onEnd(span);
    },
    forceFlush: () => batches.forceFlush(),
    shutdown: () => batches.shutdown(),
  };
}

export function createLogProcessor(
  exporter: LogRecordExporter,
  box: LogBox,
  tellRejections: TellRejections,
  Batches: typeof BatchLogRecordProcessor,
): LogRecordProcessor {
  const batches = new Batches({
    exporter: {
      export: (records, done) => box.send(tellRejections(exporter), records, done),
      forceFlush: () => exporter.forceFlush(),
      shutdown: () => exporter.shutdown(),
    },
    maxExportBatchSize: logBatch,
    maxQueueSize: logLimits.items,
    scheduledDelayMillis,
  });
  return {
    onEmit(record) {
      if (box.admit(record)) batches.onEmit(record);
    },
    forceFlush: () => batches.forceFlush(),
    shutdown: () => batches.shutdown(),
  };
}

/** What a record's texts take. */
function countCharacters({ body, attributes }: ReadableLogRecord): number {
  return [body, ...Object.values(attributes)].reduce<number>(
    (sum, value) => sum + (typeof value === "string" ? value.length : 0),
    0,
  );
}
