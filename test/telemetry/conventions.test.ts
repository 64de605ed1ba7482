import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { captureTelemetry } from "../support/captured-telemetry.ts";
import type { OtlpSpan } from "../support/otlp-receiver.ts";

/** OpenTelemetry's semantic conventions that this table was read from. */
const semconvVersion = "1.44.0";

interface Kind {
  /** 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  /** Required there, or recommended and decided for. */
  readonly always: readonly string[];
  /** Required there under a condition that not every request or job meets. */
  readonly sometimes: readonly string[];
}

const messaging: Pick<Kind, "always" | "sometimes"> = {
  always: [
    "messaging.system",
    "messaging.operation.name",
    "messaging.operation.type",
    "messaging.destination.name",
    "messaging.message.id",
    "server.address",
    "server.port",
    "taskqueue.task",
  ],
  sometimes: ["error.type"],
};

/** By the first word of a span's name; a request's span is named by its method. */
const kinds: Readonly<Record<string, Kind>> = {
  server: {
    kind: 2,
    always: [
      "http.request.method",
      "http.response.status_code",
      "network.protocol.version",
      "server.address",
      "server.port",
      "url.path",
      "url.scheme",
      "user_agent.original",
    ],
    sometimes: ["error.type", "http.request.method_original", "http.route", "url.query"],
  },
  send: { kind: 4, ...messaging },
  wait: { kind: 1, always: ["messaging.message.id", "taskqueue.task"], sometimes: [] },
  process: {
    kind: 5,
    always: [...messaging.always, "taskqueue.attempt"],
    sometimes: ["error.type", "taskqueue.blame"],
  },
  compute: { kind: 1, always: ["taskqueue.task"], sometimes: ["error.type"] },
  settle: { kind: 3, ...messaging },
};

test(`what is sent over OTLP follows semconv ${semconvVersion}, span kind by span kind`, async () => {
  const { spans, logs } = await captureTelemetry();

  expect(new Set(spans.map(kindOf))).toEqual(new Set(Object.keys(kinds)));
  const wrong = spans.flatMap((span) => {
    const { kind, always, sometimes } = kinds[kindOf(span)] ?? none;
    const keys = Object.keys(span.attributes);
    const missing = always.filter((key) => !keys.includes(key));
    const unknown = keys.filter((key) => !always.includes(key) && !sometimes.includes(key));
    const isWhole = span.kind === kind && missing.length === 0 && unknown.length === 0;
    return isWhole ? [] : [{ name: span.name, kind: span.kind, missing, unknown }];
  });
  expect(wrong).toEqual([]);

  // A failure says of which class it is, and nothing else has one.
  const failures = spans.map(({ name, status, attributes }) => [
    name,
    status === 2,
    attributes["error.type"],
  ]);
  expect(failures.filter(([, failed, type]) => failed !== (type !== undefined))).toEqual([]);
  expect(failures.filter(([, failed]) => failed)).toEqual(
    expect.arrayContaining([
      ["POST /api/v1/jobs", true, "503"],
      ["send default", true, "unknown"],
      ["process default", true, "division_by_zero"],
      ["compute quotient", true, "division_by_zero"],
    ]),
  );

  const unknownMethod = spans.find((span) => span.attributes["http.request.method"] === "_OTHER");
  expect(unknownMethod).toMatchObject({
    name: expect.stringMatching(/^HTTP( |$)/),
    attributes: { "http.request.method_original": "PROPFIND" },
  });
  const filled = spans.find(({ attributes }) => attributes["url.query"] !== undefined);
  expect(filled).toMatchObject({
    name: "GET /tasks/:name",
    attributes: {
      "http.route": "/tasks/:name",
      "url.path": "/tasks/quotient",
      "url.query": "x=REDACTED&y=REDACTED",
    },
  });
  expect(JSON.stringify(spans)).not.toContain("47114711471147");

  const project: { version: string } = JSON.parse(
    readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
  );
  const schema = `https://opentelemetry.io/schemas/${semconvVersion}`;
  for (const { resource, scope, schemas } of [...spans, ...logs]) {
    expect(resource).toMatchObject({
      "service.name": expect.stringMatching(/^taskqueue-(producer|worker)$/),
      "service.namespace": "tripod",
      "service.version": expect.any(String),
      "service.instance.id": expect.any(String),
      "telemetry.sdk.language": "nodejs",
      "telemetry.sdk.name": "opentelemetry",
      "telemetry.sdk.version": expect.any(String),
    });
    expect(scope).toMatchObject({ name: "tripod", version: project.version });
    expect(schemas).toEqual([schema, schema]);
  }

  // Its trace is the record's own: as an attribute beside it, every receiver would keep it twice.
  const traced = logs.filter(({ traceId = "" }) => traceId !== "");
  const twice = traced.filter(
    ({ attributes }) => "trace_id" in attributes || "span_id" in attributes,
  );
  expect([twice, traced.length > 2]).toEqual([[], true]);
});

const none: Kind = { kind: -1, always: [], sometimes: [] };

function kindOf({ kind, name }: OtlpSpan): string {
  return kind === 2 ? "server" : (name.split(" ")[0] ?? "");
}
