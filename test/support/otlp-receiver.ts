import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";

/** Where a span or a log record comes from. */
export interface OtlpOrigin {
  readonly resource: Readonly<Record<string, unknown>>;
  readonly scope: { readonly name: string; readonly version?: string };
  /** Of the resource, and of the scope. */
  readonly schemas: readonly (string | undefined)[];
}

/** A span as OTLP/HTTP JSON tells it. */
export interface OtlpSpan extends OtlpOrigin {
  readonly service: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  /** 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** 0 unset, 1 ok, 2 error. */
  readonly status: number;
  readonly links: readonly string[];
  /** Traces of what it links to. */
  readonly linkedTraces: readonly string[];
  readonly events: readonly string[];
}

interface Attribute {
  key: string;
  value: Record<string, unknown>;
}
interface Resource {
  resource: { attributes: Attribute[] };
  schemaUrl?: string;
}
interface Scope {
  scope: { name: string; version?: string };
  schemaUrl?: string;
}
interface Export {
  resourceSpans: (Resource & {
    scopeSpans: (Scope & {
      spans: (Omit<
        OtlpSpan,
        keyof OtlpOrigin | "service" | "attributes" | "status" | "links" | "linkedTraces" | "events"
      > & {
        attributes: Attribute[];
        status?: { code?: number };
        links?: { traceId: string; spanId: string }[];
        events?: { name: string }[];
      })[];
    })[];
  })[];
}

/** A log record as OTLP/HTTP JSON tells it. */
export interface OtlpLog extends OtlpOrigin {
  readonly severityText: string;
  readonly body: unknown;
  readonly traceId: string | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
}

interface LogExport {
  resourceLogs: (Resource & {
    scopeLogs: (Scope & {
      logRecords: (Omit<OtlpLog, keyof OtlpOrigin | "body" | "attributes"> & {
        body: Record<string, unknown>;
        attributes: Attribute[];
      })[];
    })[];
  })[];
}

/**
 * A collector that keeps what it gets, takes so long for each request, and answers it with that; it
 * goes with the test.
 */
export async function startOtlpReceiver(
  answersAfterMs = 0,
  answer: object = {},
): Promise<{
  url: string;
  spans: OtlpSpan[];
  logs: OtlpLog[];
  /** Of the requests' bodies, in characters. */
  sizes: number[];
}> {
  const sizes: number[] = [];
  const spans: OtlpSpan[] = [];
  const logs: OtlpLog[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      sizes.push(body.length);
      if (request.url === "/v1/traces") spans.push(...readSpans(JSON.parse(body)));
      if (request.url === "/v1/logs") logs.push(...readLogs(JSON.parse(body)));
      response.setHeader("content-type", "application/json");
      setTimeout(() => response.end(JSON.stringify(answer)), answersAfterMs);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no TCP address");
  return { url: `http://127.0.0.1:${address.port}`, spans, logs, sizes };
}

function readSpans({ resourceSpans }: Export): OtlpSpan[] {
  return resourceSpans.flatMap((from) =>
    from.scopeSpans.flatMap((within) =>
      within.spans.map((span) => ({
        ...span,
        ...originOf(from, within),
        service: String(valuesOf(from.resource.attributes)["service.name"]),
        parentSpanId: span.parentSpanId === "" ? undefined : span.parentSpanId,
        attributes: valuesOf(span.attributes),
        status: span.status?.code ?? 0,
        links: (span.links ?? []).map(({ spanId }) => spanId),
        linkedTraces: (span.links ?? []).map(({ traceId }) => traceId),
        events: (span.events ?? []).map(({ name }) => name),
      })),
    ),
  );
}

function readLogs({ resourceLogs }: LogExport): OtlpLog[] {
  return resourceLogs.flatMap((from) =>
    from.scopeLogs.flatMap((within) =>
      within.logRecords.map(({ severityText, body, traceId, attributes }) => ({
        ...originOf(from, within),
        severityText,
        body: Object.values(body)[0],
        traceId,
        attributes: valuesOf(attributes),
      })),
    ),
  );
}

function originOf({ resource, schemaUrl }: Resource, within: Scope): OtlpOrigin {
  return {
    resource: valuesOf(resource.attributes),
    scope: within.scope,
    schemas: [schemaUrl, within.schemaUrl],
  };
}

function valuesOf(attributes: readonly Attribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
