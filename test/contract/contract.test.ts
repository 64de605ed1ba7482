import { expect, test } from "vitest";
import { type MetricSpec, metrics } from "../../src/contract/metrics.ts";
import { monitoringPorts } from "../../src/contract/monitoring.ts";
import { metricPrefix } from "../../src/contract/telemetry.ts";
import { hosts, outsiders, type Endpoint, endpoints } from "../../src/contract/topology.ts";

const specs: MetricSpec[] = Object.values(metrics);
const declared: Endpoint[] = Object.values(endpoints);

test("gives every service of a host a port of its own, and every local one too", () => {
  const onHosts = declared.map(({ host, port }) => `${host}:${port}`);
  const local = declared.flatMap(({ localPort }) => localPort ?? []);
  expect([new Set(onHosts).size, new Set(local).size]).toEqual([declared.length, local.length]);
});

test("has what watches the queue at the ports its programs are told", () => {
  const { grafana, logs } = endpoints;
  const nodes = declared.filter((_, index) => /-node-/.test(Object.keys(endpoints)[index] ?? ""));
  expect([grafana.port, logs.port]).toEqual([monitoringPorts.grafana, monitoringPorts.loki]);
  // The monitor asks its own exporter without a network.
  const watched = hosts.filter((host) => host !== "monitor");
  expect(nodes.map(({ host, port }) => [host, port])).toEqual(
    watched.map((host) => [host, monitoringPorts.nodeExporter]),
  );
});

test("lets nobody but the internet's own door be open to the internet", () => {
  const open = declared.filter(({ callers }) => callers.includes("internet"));
  expect(open).toEqual([endpoints.public]);
});

test("names only declared hosts and outsiders as callers", () => {
  const known: readonly string[] = [...hosts, ...outsiders];
  const callers = declared.flatMap((service) => [service.host, ...service.callers]);
  expect(callers.filter((caller) => !known.includes(caller))).toEqual([]);
  expect(callers.length).toBeGreaterThan(declared.length);
});

test("names every metric once", () => {
  expect(new Set(specs.map(({ name }) => name)).size).toBe(specs.length);
});

test("begins the name of every metric of ours with the same prefix", () => {
  const others = specs.filter(({ name }) => !name.startsWith(metricPrefix));
  // OpenTelemetry has given these their names.
  expect(others).toEqual([metrics.httpRequestDuration, metrics.httpActiveRequests]);
});

test("never takes a Prometheus target's own labels", () => {
  const taken = specs.filter(({ labels }) =>
    labels.some((label) => ["job", "instance"].includes(label)),
  );
  expect(taken).toEqual([]);
});
