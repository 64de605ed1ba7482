import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { failureClasses } from "../../src/contract/failures.ts";
import {
  type MetricSpec,
  metrics,
  submissionOutcomes,
  submissionSources,
} from "../../src/contract/metrics.ts";
import { redisClients } from "../../src/contract/telemetry.ts";
import { scheduleHeartbeat } from "../../src/queue/heartbeat.ts";
import { createRegistry, registerMetrics } from "../../src/telemetry/metrics.ts";
import { startProducer } from "../support/producer.ts";
import { until } from "../support/until.ts";
import { startWorker } from "../support/worker.ts";

const specs: MetricSpec[] = Object.values(metrics);

test("names its metrics so that promtool has no complaint", () => {
  const { stdout, stderr, status } = spawnSync("promtool", ["check", "metrics"], {
    input: specs.map(exposition).join(""),
    encoding: "utf8",
  });
  expect([stdout, stderr, status]).toEqual(["", "", 0]);
});

test.each(["producer", "worker"] as const)(
  "registers all of the %s's metrics",
  async (exporter) => {
    const registry = createRegistry();
    registerMetrics(registry, exporter, new Map());
    const text = await registry.metrics();
    const expected = specs.filter(({ exporters }) => exporters.includes(exporter));
    const missing = expected.filter(({ help }) => !text.includes(help));
    expect([missing, expected.length > 0]).toEqual([[], true]);
  },
);

test("tells the queue's state by every name it has", async () => {
  const { metricsUrl, queue } = await startProducer();
  await queue.add("quotient", {});
  await queue.add("quotient", {}, { delay: 60_000 });
  const scrape = await (await fetch(`${metricsUrl}/metrics`)).text();
  const states = scrape.split("\n").filter((line) => line.startsWith("taskqueue_queue_jobs{"));
  expect(states.map((line) => line.slice(line.indexOf("state=")))).toEqual([
    'state="waiting"} 1',
    'state="prioritized"} 0',
    'state="active"} 0',
    'state="delayed"} 1',
    'state="waiting_children"} 0',
    'state="succeeded"} 0',
    'state="failed"} 0',
  ]);
});

test("a heartbeat is none of the jobs that gauges count, and has no age", async () => {
  const { metricsUrl, queue, name } = await startProducer();
  await scheduleHeartbeat(queue);
  await until("the heartbeat to have waited", async () => {
    const [heartbeat] = await queue.getWaiting(0, 0);
    return heartbeat !== undefined && Date.now() - heartbeat.timestamp > 100;
  });
  const told = async () => {
    const scrape = await (await fetch(`${metricsUrl}/metrics`)).text();
    const read = (series: string) =>
      Number(
        scrape
          .split("\n")
          .find((line) => line.startsWith(series))
          ?.slice(series.length),
      );
    return [
      read(`taskqueue_queue_jobs{queue="${name}",state="waiting"}`),
      read(`taskqueue_queue_oldest_waiting_job_age_seconds{queue="${name}"}`),
    ];
  };
  expect(await told()).toEqual([0, 0]);
  await queue.add("quotient", {}, { timestamp: Date.now() - 60_000 });
  expect(await told()).toEqual([1, expect.closeTo(60, -1)]);
});

test("counts from zero whatever can happen, so that its first time is seen to happen", async () => {
  const { metricsUrl, name } = await startProducer();
  const { registry } = await startWorker(name);
  const exported = [await (await fetch(`${metricsUrl}/metrics`)).text(), await registry.metrics()];
  const zeros = (metric: string) =>
    exported.flatMap((text) => text.split("\n")).filter((line) => isZero(line, metric)).length;
  const classes = Object.keys(failureClasses).length;
  const tasks = ["quotient", "_OTHER"].length;
  const counters = specs.filter(({ type }) => type === "counter");
  expect(counters.filter(({ name: counter }) => zeros(counter) === 0)).toEqual([]);
  expect({
    enqueued: zeros(metrics.jobsEnqueued.name),
    finished: zeros(metrics.jobsFinished.name),
    retries: zeros(metrics.jobRetries.name),
    reconnects: zeros(metrics.redisReconnects.name),
  }).toEqual({
    enqueued:
      metrics.jobsEnqueued.exporters.length *
      tasks *
      submissionSources.length *
      submissionOutcomes.length,
    finished: metrics.jobsFinished.exporters.length * tasks * (1 + classes),
    retries: tasks * classes,
    reconnects: Object.values(redisClients).flat().length,
  });
});

function isZero(line: string, metric: string): boolean {
  return line.startsWith(`${metric}{`) && line.endsWith(" 0");
}

/** A metric in the text format, which is the one that promtool reads. */
function exposition({ name, help, type, labels }: MetricSpec): string {
  const set = labels.map((label) => `${label}="x"`);
  const sample = (suffix: string, extra: string[] = []) =>
    `${name}${suffix}{${[...set, ...extra].join(",")}} 1\n`;
  const samples =
    type === "histogram"
      ? [sample("_bucket", ['le="+Inf"']), sample("_sum"), sample("_count")]
      : [sample("")];
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${samples.join("")}`;
}
