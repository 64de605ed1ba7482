import { logs, type Tracer, trace } from "@opentelemetry/api";
import {
  type DropReason,
  type OtlpSignal,
  semconvSchema,
  serviceNames,
  serviceNamespace,
} from "../contract/telemetry.ts";
import type { Config } from "../service/config.ts";
import {
  createLogBox,
  createLogProcessor,
  createSpanBox,
  createSpanProcessor,
  type LogBox,
  type SpanBox,
} from "./batches.ts";
import { readOwnVersion } from "./build-info.ts";
import { createLogStream, type LogStream } from "./log-stream.ts";
import { watchRejections } from "./rejections.ts";
import { createLinkedSampler, createRateSampler } from "./sampler.ts";

const flushMs = 2_000;
/** A request to a receiver: the default of OTLP's exporters. */
const sendMs = 10_000;
/** Of a text; a stack of an error is the longest that we send ourselves. */
const maxAttributeLength = 8_192;
/** Instrumentation scope of our spans and log records. */
const scope = [serviceNamespace, readOwnVersion(), { schemaUrl: semconvSchema }] as const;

export interface Otlp {
  readonly tracer: Tracer;
  /** Takes log lines to send along; `undefined` where nothing is sent. */
  readonly logStream: LogStream | undefined;
  /** Sends what is still buffered; gives up after 2 s and never throws. */
  shutdown(): Promise<void>;
}

/** Told of what never reached its receiver. */
export type OnOtlpDropped = (
  signal: OtlpSignal,
  reason: DropReason,
  count: number,
  error?: Error,
) => void;

/**
 * Sends traces and logs over OTLP/HTTP, each to its own address if it has one. Without any no SDK is
 * loaded: spans cost nothing, yet the `traceparent` of a trusted caller still passes through.
 */
export async function startOtlp(
  service: keyof typeof serviceNames,
  config: Pick<Config, "otlp" | "releaseSha" | "tracesPerSecond">,
  onDropped: OnOtlpDropped = () => undefined,
): Promise<Otlp> {
  const { traces, logs: logRecords } = config.otlp;
  if (traces === undefined && logRecords === undefined) {
    return {
      tracer: trace.getTracerProvider().getTracer(...scope),
      logStream: undefined,
      shutdown: async () => undefined,
    };
  }
  const boxes = {
    spans: createSpanBox((...loss) => onDropped("traces", ...loss)),
    logs: createLogBox((...loss) => onDropped("logs", ...loss)),
  };
  const sdk = await createSdk(service, config, boxes);
  sdk.start();
  return {
    tracer: trace.getTracerProvider().getTracer(...scope),
    logStream: logRecords === undefined ? undefined : createLogStream(logs.getLogger(...scope)),
    async shutdown() {
      const { promise: tooLong, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, flushMs);
      // A collector that is down is no reason to fail a shutdown.
      await Promise.race([sdk.shutdown().catch(resolve), tooLong]);
      clearTimeout(timer);
      boxes.spans.abandon();
      boxes.logs.abandon();
    },
  };
}

async function createSdk(
  service: keyof typeof serviceNames,
  { otlp, releaseSha, tracesPerSecond }: Pick<Config, "otlp" | "releaseSha" | "tracesPerSecond">,
  boxes: { readonly spans: SpanBox; readonly logs: LogBox },
) {
  const [sdk, traces, logRecords, traceExport, logExport, resources] = await Promise.all([
    import("@opentelemetry/sdk-node"),
    import("@opentelemetry/sdk-trace"),
    import("@opentelemetry/sdk-logs"),
    import("@opentelemetry/exporter-trace-otlp-http"),
    import("@opentelemetry/exporter-logs-otlp-http"),
    import("@opentelemetry/resources"),
  ]);
  const spanExporter =
    otlp.traces && new traceExport.OTLPTraceExporter({ url: otlp.traces, timeoutMillis: sendMs });
  const logExporter =
    otlp.logs && new logExport.OTLPLogExporter({ url: otlp.logs, timeoutMillis: sendMs });
  const own = createRateSampler(tracesPerSecond);
  const asked = createRateSampler(tracesPerSecond);
  const tellRejections = watchRejections();
  return new sdk.NodeSDK({
    resource: resources.defaultResource().merge(
      resources.resourceFromAttributes(
        {
          "service.name": serviceNames[service],
          "service.namespace": serviceNamespace,
          "service.version": releaseSha,
        },
        { schemaUrl: semconvSchema },
      ),
    ),
    sampler: new traces.ParentBasedSampler(
      // A job's trace was let through by the producer; a request's flag is anybody's.
      service === "producer"
        ? { root: createLinkedSampler({ own, asked }), remoteParentSampled: asked }
        : { root: own },
    ),
    spanLimits: { attributeValueLengthLimit: maxAttributeLength },
    // Lists, even empty ones: the SDK would look into the environment for what is left out.
    spanProcessors: spanExporter
      ? [createSpanProcessor(spanExporter, boxes.spans, tellRejections, traces.BatchSpanProcessor)]
      : [],
    logRecordProcessors: logExporter
      ? [
          createLogProcessor(
            logExporter,
            boxes.logs,
            tellRejections,
            logRecords.BatchLogRecordProcessor,
          ),
        ]
      : [],
    instrumentations: [],
    metricReaders: [],
  });
}
