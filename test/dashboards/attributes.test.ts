import { expect, test, vi } from "vitest";
import { captureTelemetry } from "../support/captured-telemetry.ts";
import { readLinks, readLogql, readTraceql } from "../support/grafana-queries.ts";

vi.setConfig({ testTimeout: 120_000 });

test("asks traces and logs only for what is sent over OTLP", async () => {
  const { spans, logs } = await captureTelemetry();
  const attributes = new Set(spans.flatMap((span) => Object.keys(span.attributes)));
  const labels = new Set([
    ...logs.flatMap(({ resource, attributes: own }) =>
      [...Object.keys(resource), ...Object.keys(own)].map(labelOf),
    ),
    ...(logs.some(({ traceId = "" }) => traceId !== "") ? ["trace_id", "span_id"] : []),
    // Loki's own, from the severity.
    ...(logs.every(({ severityText }) => severityText !== "") ? ["detected_level"] : []),
  ]);

  const [askedAttributes, askedLabels] = [
    [...readTraceql().flatMap(({ text }) => attributesIn(text)), ...tagsOfSpans()],
    [...readLogql().flatMap(({ text }) => labelsIn(text)), ...labelsOfLinks()],
  ];
  expect([
    askedAttributes.filter((name) => !attributes.has(name)),
    askedLabels.filter((name) => !labels.has(name)),
  ]).toEqual([[], []]);
  expect([new Set(askedAttributes), new Set(askedLabels)]).toEqual([
    new Set([
      "error.type",
      "messaging.destination.name",
      "messaging.message.id",
      "messaging.operation.type",
      "taskqueue.task",
    ]),
    new Set(["detected_level", "job_id", "service_name", "task", "trace_id"]),
  ]);
});

/** As Loki writes an attribute's name. */
function labelOf(attribute: string): string {
  return attribute.replaceAll(/\W/g, "_");
}

function attributesIn(traceql: string): string[] {
  return [...traceql.matchAll(/\b(?:span|resource)\.([\w.]+)/g)].map(([, name = ""]) => name);
}

function labelsIn(logql: string): string[] {
  const withoutValues = logql.replaceAll(/"[^"]*"/g, '""');
  return [...withoutValues.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*""/g)].map(([, name = ""]) => name);
}

function tagsOfSpans(): string[] {
  return readLinks().flatMap(({ tracesToMetrics }) =>
    (tracesToMetrics?.tags ?? []).map(({ key }) => key),
  );
}

function labelsOfLinks(): string[] {
  return readLinks().flatMap(({ derivedFields = [] }) =>
    derivedFields
      .filter(({ matcherType }) => matcherType === "label")
      .map(({ matcherRegex }) => matcherRegex),
  );
}
