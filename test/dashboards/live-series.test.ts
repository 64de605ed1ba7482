import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type MetricSpec, metrics } from "../../src/contract/metrics.ts";
import { serviceNames } from "../../src/contract/telemetry.ts";
import { postJson, readBody, submitDivision, untilFinal } from "../support/client.ts";
import { seriesOf } from "../support/declared-series.ts";
import { forkSources } from "../support/fork.ts";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import { spawnProducer, spawnWorker } from "../support/processes.ts";
import { startRedis } from "../support/redis.ts";
import { createTemporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/until.ts";
import { alertCases, quietCases } from "./alert-cases/every-case.ts";
import { furtherCases } from "./alert-cases/further-cases.ts";
import { stateSeries, wellSeries } from "./alert-cases/state-series.ts";

/** What the running product calls it, by either of two tasks and queues, and writes it before Prometheus 3 has read it. */
const names: Readonly<Record<string, string>> = {
  divide: "quotient",
  "second-try": "quotient",
  // A schedule.
  report: "quotient",
  slow: "default",
  "300.0": "300",
};
/** What no two releases have in common. */
const ofRelease = new Set(["version", "git_sha", "node_version", "bullmq_version"]);

const own = new Set([
  "process_start_time_seconds",
  ...Object.values<MetricSpec>(metrics).flatMap((spec) => seriesOf(spec).map(([name]) => name)),
]);

/** Every series of ours that alerts are tested with, but for the targets that it comes from. */
const fixtures = [
  ...alertCases.flatMap((one) => [one.series, one.below]),
  ...[...quietCases, ...furtherCases].map(({ series }) => series),
  wellSeries,
  ...Object.values(stateSeries),
]
  .flatMap((series) => Object.keys(series))
  .filter((series) => own.has(nameOf(series)));

test("alerts are tested with series that a running producer or worker exports, label by label", async () => {
  const exported = await liveThrough();
  const invented = [...new Set(fixtures)].filter((series) => !exported.has(simplify(series)));
  expect([invented, fixtures.length > 200]).toEqual([[], true]);
});

/** All that both services export while jobs come, end and wait, and while Redis is away. */
async function liveThrough(): Promise<Set<string>> {
  const redis = await startRedis();
  onTestFinished(() => redis.remove());
  const { url: receiver } = await startOtlpReceiver();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver };
  const sources = forkSources(new URL("../support/traced-tasks/", import.meta.url));
  const producer = await spawnProducer(redis.url, env, sources);
  const worker = await spawnWorker(redis.url, env, sources);
  const exported = new Set<string>();
  const scrape = async () => {
    for (const service of ["producer", "worker"] as const) {
      const { metricsUrl } = service === "producer" ? producer : worker;
      const text = await (await fetch(`${metricsUrl}/metrics`)).text();
      const found = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
      for (const line of found) {
        const [, name = "", labels] = /^(\w+)(?:\{(.*)\})? \S+$/.exec(line) ?? [];
        const target = `job="${serviceNames[service]}"`;
        exported.add(simplify(`${name}{${[labels, target].filter(Boolean).join(",")}}`));
      }
    }
  };
  const submit = (task: string, input: object) =>
    postJson(`${producer.url}/api/v1/jobs`, { task, input });
  const divide = (y: number) => submitDivision(producer.url, { x: 10, y, delayMs: 0 });
  for (const y of [0, 2]) await untilFinal(producer.url, (await divide(y)).id);
  const trace = join(createTemporaryFolder(), "tried");
  const retried = await submit("second-try", { trace, first: "fails" });
  await untilFinal(producer.url, (await readBody(retried)).id);
  await fetch(producer.url);
  await until("a heartbeat to come through", async () => {
    await scrape();
    return [...exported].some((series) => series.startsWith("taskqueue_heartbeat_last"));
  });
  await redis.signal("SIGKILL");
  const input = { x: 1, y: 1, delayMs: 0 };
  await until(
    "a submission to be refused",
    async () => (await submit("quotient", input)).status === 503,
  );
  await fetch(`${producer.url}/readyz`);
  await scrape();
  return exported;
}

function nameOf(series: string): string {
  return series.slice(0, series.indexOf("{"));
}

/** Name and labels in an order, without what differs between a test and a deployment. */
function simplify(series: string): string {
  const labels = [...series.matchAll(/(\w+)="([^"]*)"/g)]
    .filter(([, label = ""]) => label !== "instance")
    .map(([, label = "", value = ""]) => {
      if (ofRelease.has(label)) return `${label}=*`;
      return `${label}=${names[value] ?? value}`;
    });
  return `${nameOf(series)}{${labels.toSorted().join(",")}}`;
}
