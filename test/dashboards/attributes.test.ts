import { expect, test } from "vitest";
import { captureTelemetry } from "../support/captured-telemetry.ts";
import type { OtlpLog } from "../support/otlp-receiver.ts";
import { readLinks, readLogql, readTraceql } from "../support/grafana-queries.ts";

test("asks traces and logs only for what is sent over OTLP, and for nothing that no span or line has at once", async () => {
  const captured = await captureTelemetry();
  const spans = captured.spans.map(({ attributes }) => new Set(Object.keys(attributes)));
  const lines = captured.logs.map(labelsOf);

  const [searches, selections] = [
    [...readTraceql().map(({ text }) => attributesIn(text)), ...tagsOfSpans()],
    [...readLogql().map(({ text }) => labelsIn(text)), ...labelsOfLinks()],
  ];
  expect([
    searches.filter((names) => !isFound(names, spans)),
    selections.filter((names) => !isFound(names, lines)),
  ]).toEqual([[], []]);
  expect([new Set(searches.flat()), new Set(selections.flat())]).toEqual([
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

function isFound(names: readonly string[], found: readonly ReadonlySet<string>[]): boolean {
  return found.some((has) => names.every((name) => has.has(name)));
}

/** What Loki knows of a line. */
function labelsOf({ resource, attributes, traceId = "", severityText }: OtlpLog): Set<string> {
  return new Set([
    ...[...Object.keys(resource), ...Object.keys(attributes)].map(labelOf),
    ...(traceId === "" ? [] : ["trace_id", "span_id"]),
    // Loki's own, from the severity.
    ...(severityText === "" ? [] : ["detected_level"]),
  ]);
}

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

function tagsOfSpans(): string[][] {
  return readLinks().flatMap(({ tracesToMetrics }) =>
    (tracesToMetrics?.tags ?? []).map(({ key }) => [key]),
  );
}

function labelsOfLinks(): string[][] {
  return readLinks().flatMap(({ derivedFields = [] }) =>
    derivedFields
      .filter(({ matcherType }) => matcherType === "label")
      .map(({ matcherRegex }) => [matcherRegex]),
  );
}
